package io.github.logitops.spark;

import java.io.Serializable;

/**
 * Rows that are mostly 0, compressed: row i has the columns {@code indices[starts[i]]} to {@code indices[starts[i + 1] - 1]}, with those
 * values.
 */
record SparseRows(int[] starts, int[] indices, double[] values) implements Serializable {}
