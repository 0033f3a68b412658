package io.github.logitops.pytorch;

import io.github.logitops.element.Elements;
import io.github.logitops.spec.DType;
import io.github.logitops.support.Data;
import io.github.logitops.support.Geometry;
import java.util.Arrays;
import java.util.Random;

/** Draws what is compared: the same from the same seed; {@code -Dlogitops.seed=} gives others. */
final class Draw {
    static final long SEED = Long.getLong("logitops.seed", 71);

    private final DType dtype;
    private final Random random = new Random(SEED);
    private final Data data = new Data(SEED);

    Draw(DType dtype) {
        this.dtype = dtype;
    }

    DType dtype() {
        return dtype;
    }

    /** A shape of one to four dimensions, with the classes along any of them. */
    Geometry geometry() {
        long[] extents = new long[1 + random.nextInt(4)];
        for (int d = 0; d < extents.length; d++) {
            extents[d] = 1 + random.nextInt(4);
        }
        int axis = random.nextInt(extents.length);
        extents[axis] = pick(1, 2, 3, 10, 33, 257, 1000, 1 + random.nextInt(100));
        return Geometry.dense(extents).along(axis);
    }

    /** Logits by row, with outliers. */
    double[][] logits(Geometry geometry) {
        return rounded(data.logits(geometry.rows(), geometry.classes()));
    }

    /** Normally distributed upstream gradients by row. */
    double[][] gradients(Geometry geometry) {
        return rounded(data.values(geometry.rows(), geometry.classes()));
    }

    /** An upstream gradient for each row. */
    double[] perRow(Geometry geometry) {
        return rounded(new double[][] {random.doubles(geometry.rows(), -2, 2).toArray()})[0];
    }

    long[] labels(Geometry geometry) {
        return random.longs(geometry.rows(), 0, geometry.classes()).toArray();
    }

    double[] weights(int classes) {
        return data.weights(classes);
    }

    Random random() {
        return random;
    }

    @SafeVarargs
    final <V> V pick(V... values) {
        return values[random.nextInt(values.length)];
    }

    private double[][] rounded(double[][] rows) {
        return Arrays.stream(rows)
                .map(row -> Arrays.stream(row)
                        .map(value -> Elements.round(dtype, value))
                        .toArray())
                .toArray(double[][]::new);
    }

    /** Rows as PyTorch takes them: dense, the last dimension's elements side by side. */
    static double[] flat(Geometry geometry, double[][] rows) {
        double[] flat = new double[(int) geometry.shape().elements()];
        for (int n = 0; n < rows.length; n++) {
            for (int j = 0; j < rows[n].length; j++) {
                flat[geometry.index(n, j)] = rows[n][j];
            }
        }
        return flat;
    }

    /** The rows of what PyTorch gave. */
    static double[][] rows(Geometry geometry, double[] flat) {
        double[][] rows = new double[geometry.rows()][geometry.classes()];
        for (int n = 0; n < rows.length; n++) {
            for (int j = 0; j < rows[n].length; j++) {
                rows[n][j] = flat[geometry.index(n, j)];
            }
        }
        return rows;
    }
}
