package io.github.logitops.reference;

/**
 * Sigmoid and log-sigmoid of numbers, as the definitions say, in {@link DoubleDouble} and rounded to double at the end. Slow and
 * plain on purpose. Scales are the sizes of errors in roundings ({@link Tolerance}).
 */
public final class SigmoidReference {
    private SigmoidReference() {}

    /** 1 / (1 + exp(-x)). */
    public static double[] sigmoid(double[] x) {
        return SoftmaxReference.values(x.length, j -> sigmoid(x[j]));
    }

    /** -log(1 + exp(-x)). */
    public static double[] logSigmoid(double[] x) {
        return SoftmaxReference.values(x.length, j -> softplus(-x[j]).negated());
    }

    /** g dy y (1 - y). */
    public static double[] sigmoidBackward(double[] y, double[] dy, double gradScale) {
        return SoftmaxReference.values(
                y.length,
                j -> DoubleDouble.difference(1, y[j]).times(y[j]).times(dy[j]).times(gradScale));
    }

    /** g dy (1 - exp(y)). */
    public static double[] logSigmoidBackward(double[] y, double[] dy, double gradScale) {
        return SoftmaxReference.values(
                y.length,
                j -> DoubleDouble.of(y[j]).expMinusOne().negated().times(dy[j]).times(gradScale));
    }

    /** The scale of {@link #sigmoid}'s errors, element by element. */
    public static double[] sigmoidScale(double[] x) {
        double[] scale = new double[x.length];
        for (int j = 0; j < x.length; j++) {
            scale[j] = sigmoidScale(x[j]);
        }
        return scale;
    }

    /** The scale of {@link #logSigmoid}'s errors, element by element. */
    public static double[] logSigmoidScale(double[] x) {
        double[] scale = new double[x.length];
        for (int j = 0; j < x.length; j++) {
            scale[j] = softplusScale(-x[j]);
        }
        return scale;
    }

    /** The scale of {@link #sigmoidBackward}'s errors, element by element. */
    public static double[] sigmoidBackwardScale(double[] y, double[] dy, double gradScale) {
        return productScale(sigmoidBackward(y, dy, gradScale), dy, gradScale, 5);
    }

    /** The scale of {@link #logSigmoidBackward}'s errors, element by element. */
    public static double[] logSigmoidBackwardScale(double[] y, double[] dy, double gradScale) {
        return productScale(logSigmoidBackward(y, dy, gradScale), dy, gradScale, 6);
    }

    private static double[] productScale(double[] exact, double[] dy, double gradScale, double roundings) {
        double[] scale = new double[exact.length];
        for (int j = 0; j < exact.length; j++) {
            double underflow = (1 + Math.abs(dy[j])) * Roundings.UNDERFLOW;
            scale[j] = roundings * Math.abs(exact[j]) + Math.abs(gradScale) * underflow;
        }
        return scale;
    }

    /** 1 / (1 + exp(-x)) of one number. */
    static DoubleDouble sigmoid(double x) {
        DoubleDouble power = DoubleDouble.of(-Math.abs(x)).exp();
        return (x < 0 ? power : DoubleDouble.ONE).dividedBy(power.plus(1));
    }

    /** log(1 + exp(x)) of one number. */
    static DoubleDouble softplus(double x) {
        DoubleDouble power = DoubleDouble.of(-Math.abs(x)).exp();
        return power.logOnePlus().plus(Math.max(x, 0));
    }

    /** Of {@link #sigmoid}: where u = exp(-|x|) is off by a fraction, sigmoid(x) is by sigmoid(-|x|), or sigmoid(|x|), times that. */
    static double sigmoidScale(double x) {
        double ofPower = Roundings.times(sigmoid(-x).value(), power(x));
        return Roundings.times(sigmoid(x).value(), ofPower + 3) + Roundings.UNDERFLOW;
    }

    /** Of {@link #softplus}. */
    static double softplusScale(double x) {
        double log = DoubleDouble.of(-Math.abs(x)).exp().logOnePlus().value();
        return Roundings.times(sigmoid(-Math.abs(x)).value(), power(x))
                + 4 * log
                + softplus(x).value()
                + Roundings.UNDERFLOW;
    }

    /** Of exp(-|x|), as a fraction of it. */
    private static double power(double x) {
        return Roundings.EXPONENTIAL + 2.25 * (1 + Math.abs(x));
    }
}
