package io.github.logitops.reference;

/**
 * How large errors of what is computed from a row of logits may be, in units of half a unit in the last place of 1: what {@code
 * docs/numerics.md} derives, term by term. In it t_j is the distance of a logit from the row's maximum, D = sum p t, L = log S. These
 * are sizes, for which doubles do. All are 0 where the row has no softmax: its results are NaN or infinite, and have to be met.
 */
final class Roundings {
    /** Of an exponential apart from its argument: f32's instruction is off by 2 units in the last place. */
    static final double EXPONENTIAL = 4;

    /** Of a sum: 3 by a tree of 8, and 1 of the compensated sum of those. */
    static final double SUM = 4;

    /** Of a sum of exponentials that moves with its reference: the tree is of 32. Where nothing moves it is of 64. */
    private static final double MOVED_SUM = 6;

    /** What exponentials that are flushed to zero, and products below the smallest normal number, may amount to. */
    static final double UNDERFLOW = 4 * 0x1p-102;

    private static final double CAPPED_LOGIT = 9;
    private static final double BOUNDLESS = 1e100; // more than any bound, and its products are finite
    private static final double U = 0x1p-24; // of F32; F64 has room to spare

    /** A number for each class. */
    interface OfClass {
        double of(Roundings row, int j);
    }

    private final boolean regular;
    private final double perDistance; // of an exponential, for each unit of t
    private final double[] distances;
    private final double[] p;
    private final double[] ofLogits; // what each z_j itself is off by
    private final double ofMeanLogit; // sum p_j of that
    private final double max;
    private final double logSum;
    private final double meanDistance;
    private final boolean scaled;

    private Roundings(double[] x, Logits logits, double ofEach) {
        int classes = x.length;
        double largest = SoftmaxReference.max(x);
        DoubleDouble exactMax = logits.of(largest);
        max = exactMax.value();
        regular = logits.capped() ? Double.isFinite(max) : Double.isFinite(largest);
        scaled = logits.scaled();
        perDistance = scaled ? 4.25 : 2.25;
        distances = new double[classes];
        p = new double[classes];
        ofLogits = new double[classes];
        double sum = 0;
        double moment = 0;
        double ofAll = 0;
        for (int j = 0; j < classes && regular; j++) {
            distances[j] = -(logits.capped()
                    ? logits.of(x[j]).minus(exactMax).value()
                    : (x[j] - largest) * logits.scale() / logits.temperature());
            p[j] = Math.exp(-distances[j]);
            ofLogits[j] =
                    ofEach == 0 ? 0 : grown(ofEach * Math.abs(logits.of(x[j]).value()));
            sum += p[j];
            moment += times(p[j], distances[j]);
            ofAll += times(p[j], ofLogits[j]);
        }
        for (int j = 0; j < classes; j++) {
            p[j] /= sum;
        }
        logSum = Math.log(sum);
        meanDistance = moment / sum;
        ofMeanLogit = ofAll / sum;
    }

    static Roundings of(double[] x) {
        return of(x, Logits.PLAIN);
    }

    static Roundings of(double[] x, Logits logits) {
        return of(x, logits, logits.capped() ? CAPPED_LOGIT : 0);
    }

    /**
     * @param ofEach the relative error of each logit, in roundings
     */
    static Roundings of(double[] x, Logits logits, double ofEach) {
        return new Roundings(x, logits, ofEach);
    }

    /** 0 where the factor is, even at infinity. */
    static double times(double factor, double value) {
        return factor == 0 ? 0 : factor * value;
    }

    double[] map(OfClass of) {
        double[] scales = new double[p.length];
        for (int j = 0; j < scales.length && regular; j++) {
            scales[j] = of.of(this, j);
        }
        return scales;
    }

    double p(int j) {
        return p[j];
    }

    /** t_j. */
    double distance(int j) {
        return distances[j];
    }

    /** D. */
    double meanDistance() {
        return meanDistance;
    }

    double entropySize() {
        return logSum + meanDistance;
    }

    /** Of the sum of exponentials, apart from what logits are off by: K + B D. */
    double sum() {
        return constant() + perUnit() * meanDistance;
    }

    /** Of p_j, as a fraction of it. */
    double relative(int j) {
        return EXPONENTIAL + perDistance * (1 + distances[j]) + sum() + 2 + logit(j);
    }

    /** Of p_j. */
    double probability(int j) {
        return times(p[j], relative(j)) + UNDERFLOW;
    }

    /**
     * What exp(z_j) is off by for z_j's own roundings, and the sum of all others: 0 but for logits that are rounded themselves.
     * Where these are large, they multiply.
     */
    double logit(int j) {
        return ofLogits[j] + ofMeanLogit + times(ofLogits[j], ofMeanLogit * U);
    }

    /** What an exponential is off by whose argument is, in the same units: more than that where it is off by 1 and more. */
    private static double grown(double roundings) {
        return Math.min(Math.expm1(roundings * U) / U, BOUNDLESS);
    }

    /** Of log S. */
    double logSum() {
        return sum() + 2 * (logSum + 1);
    }

    /** Of log p_j. */
    double logProbability(int j) {
        double ofScale = scaled ? 3 * distances[j] : 0;
        return (distances[j] + 1) + ofScale + logSum() + distances[j] + logSum + logit(j);
    }

    /** Of the lse. */
    double lse() {
        return regular ? logSum() + Math.abs(max + logSum) + (scaled ? Math.abs(max) + 1 : 0) + ofMeanLogit : 0;
    }

    /** Of the entropy. */
    double entropy() {
        double sum = 0;
        for (int j = 0; j < p.length && regular; j++) {
            double term = constant() + 4 + (perUnit() + 1) * distances[j] + logit(j);
            sum += times(p[j], term * (1 + Math.abs(distances[j] - meanDistance)));
        }
        return regular ? sum + 5 * (meanDistance + 1) + 2 * (logSum + 1) + entropySize() : 0;
    }

    /** Of log S - t_j and its product with a target, as a fraction of the target. */
    double labelLoss(int j) {
        return constant() + 6 + perUnit() * meanDistance + 6 * logSum + 7 * distances[j] + logit(j);
    }

    /** The same where targets are summed over all classes, and their products with logits. */
    double spreadLoss(int j) {
        return constant() + 24 + perUnit() * meanDistance + 9 * logSum + 13 * distances[j] + logit(j);
    }

    /** K: of a sum, where all its terms are e^0. */
    private double constant() {
        return 2 * EXPONENTIAL + 1 + 2 * perDistance + MOVED_SUM;
    }

    /** B: of a term of a sum, for each unit of t. */
    private double perUnit() {
        return perDistance + EXPONENTIAL + 1;
    }
}
