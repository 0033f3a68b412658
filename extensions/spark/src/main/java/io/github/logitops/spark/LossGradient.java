package io.github.logitops.spark;

/**
 * A sum over rows: of losses, and of their gradient.
 *
 * @param gradient [classes, columns], the intercept in the last one
 */
record LossGradient(double loss, double[] gradient) implements Addend<LossGradient> {
    @Override
    public LossGradient plus(LossGradient other) {
        for (int i = 0; i < gradient.length; i++) {
            gradient[i] += other.gradient[i];
        }
        return new LossGradient(loss + other.loss, gradient);
    }
}
