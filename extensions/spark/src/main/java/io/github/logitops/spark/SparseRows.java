package io.github.logitops.spark;

import java.io.Serializable;

/**
 * Rows whose features are mostly 0, in compressed rows: row i has the features {@code indices[starts[i]]} to
 * {@code indices[starts[i + 1] - 1]}, with those values.
 */
record SparseRows(int[] starts, int[] indices, double[] values) implements Serializable {

    int rows() {
        return starts.length - 1;
    }

    /**
     * Adds their products with a matrix to {@code logits}.
     *
     * @param weight [features, classes]
     * @param logits [rows, classes]
     */
    void addProduct(double[] weight, double[] logits, int classes) {
        for (int row = 0; row < rows(); row++) {
            for (int i = starts[row]; i < starts[row + 1]; i++) {
                addTimes(values[i], weight, indices[i] * classes, logits, row * classes, classes);
            }
        }
    }

    /**
     * Adds the gradient of that matrix to {@code sums}.
     *
     * @param gradient of the logits
     * @param sums [features, classes]
     */
    void addGradient(double[] gradient, double[] sums, int classes) {
        for (int row = 0; row < rows(); row++) {
            for (int i = starts[row]; i < starts[row + 1]; i++) {
                addTimes(values[i], gradient, row * classes, sums, indices[i] * classes, classes);
            }
        }
    }

    private static void addTimes(double factor, double[] from, int first, double[] to, int at, int count) {
        for (int i = 0; i < count; i++) {
            to[at + i] += factor * from[first + i];
        }
    }
}
