package io.github.logitops.cli;

/**
 * Numbers that are learnt, and what Adam remembers of their gradients: the step of each is its mean gradient over the root of its mean
 * square, so no scale of the gradient matters.
 */
final class Adam {
    private static final float DECAY = 0.9f;
    private static final float SQUARE_DECAY = 0.999f;
    private static final float EPSILON = 1e-8f; // so that a gradient of 0 is a step of 0, not 0/0

    private final float[] values;
    private final float[] gradient;
    private final float[] means;
    private final float[] squares;
    private int steps;

    /** Learns {@code values} in place. */
    Adam(float[] values) {
        this.values = values;
        gradient = new float[values.length];
        means = new float[values.length];
        squares = new float[values.length];
    }

    /** The numbers now. */
    float[] values() {
        return values;
    }

    /** Where the gradient of the next step goes. */
    float[] gradient() {
        return gradient;
    }

    /** One step. Means begin at 0, which is made up for: they are divided by the share of gradients in them. */
    void step(float rate) {
        steps++;
        float meanShare = (float) (1 - Math.pow(DECAY, steps));
        float squareShare = (float) (1 - Math.pow(SQUARE_DECAY, steps));
        float scaledRate = rate / meanShare;
        for (int i = 0; i < values.length; i++) {
            float g = gradient[i];
            means[i] = DECAY * means[i] + (1 - DECAY) * g;
            squares[i] = SQUARE_DECAY * squares[i] + (1 - SQUARE_DECAY) * g * g;
            values[i] -= scaledRate * means[i] / ((float) Math.sqrt(squares[i] / squareShare) + EPSILON);
        }
    }
}
