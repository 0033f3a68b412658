package io.github.logitops.support;

import java.util.Random;

/** Random test data from a fixed seed. */
public final class Data {
    private final Random random;

    public Data(long seed) {
        random = new Random(seed);
    }

    /** Logits about 0 with a spread of 3, and now and then an outlier of 20 times that. */
    public double[][] logits(int rows, int classes) {
        double[][] logits = values(rows, classes);
        for (double[] row : logits) {
            for (int j = 0; j < classes; j++) {
                row[j] *= random.nextInt(50) == 0 ? 60 : 3;
            }
        }
        return logits;
    }

    /** Normally distributed values. */
    public double[][] values(int rows, int classes) {
        double[][] values = new double[rows][classes];
        for (double[] row : values) {
            for (int j = 0; j < classes; j++) {
                row[j] = random.nextGaussian();
            }
        }
        return values;
    }

    /** Labels in [0, classes), every fourth replaced by {@code ignored}. */
    public long[] labels(int rows, int classes, long ignored) {
        long[] labels = new long[rows];
        for (int n = 0; n < rows; n++) {
            labels[n] = n % 4 == 3 ? ignored : random.nextInt(classes);
        }
        return labels;
    }

    /** Floats between 0.5 and 2, as F32 holds them. */
    public double[] weights(int classes) {
        return weights(classes, 1);
    }

    /** Floats between 0.5 and 2 times {@code size}, as F32 holds them. */
    public double[] weights(int classes, double size) {
        double[] weights = new double[classes];
        for (int j = 0; j < classes; j++) {
            weights[j] = (float) (size * (0.5 + 1.5 * random.nextDouble()));
        }
        return weights;
    }
}
