package io.github.logitops.support;

import io.github.logitops.element.Elements;
import io.github.logitops.spec.DType;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;

/** Random test data from a fixed seed. */
public final class Data {
    /** How far from 0 logits may lie. */
    private static final double[] OFFSETS = {0, 1e3, -1e4, 1e6, -1e9, 1e30};

    /** The distance of 1 from the next number of a dtype. */
    private static final Map<DType, Double> UNITS =
            Map.of(DType.F64, 0x1p-52, DType.F32, 0x1p-23, DType.F16, 0x1p-10, DType.BF16, 0x1p-7);

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

    /** Those of the offsets that the dtype holds. */
    public static double[] offsets(DType dtype) {
        return Arrays.stream(OFFSETS)
                .filter(offset -> Double.isFinite(Elements.round(dtype, offset)))
                .toArray();
    }

    /**
     * Logits about {@code offset} with a spread of 3; a third of them are a unit in the last place of it higher, a third two,
     * which counts where that is more than 3.
     */
    public double[][] logitsAbout(double offset, DType dtype, int rows, int classes) {
        double unit = Math.abs(offset) * UNITS.get(dtype);
        double[][] logits = values(rows, classes);
        for (double[] row : logits) {
            for (int j = 0; j < classes; j++) {
                row[j] = offset + 3 * row[j] + random.nextInt(3) * unit;
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
