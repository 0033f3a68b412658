package io.github.logitops.spark;

import java.util.Arrays;

/**
 * Products of sparse blocks: loops over what is not 0, in double, with the weight as [columns, classes], so that what belongs to a feature
 * lies together. Sparse rows are not shifted; they have the logits of shifted ones by other intercepts, b - W s.
 */
final class SparseProducts implements BlockProducts {
    private final int classes;
    private final int columns;
    private final double[] shifts; // empty without intercepts
    private final double[] weight;
    private final double[] sums;
    private final double[] row; // logits or their gradient

    /** @param point [classes, columns] */
    SparseProducts(TaskSettings settings, Scaling scaling, double[] point) {
        classes = settings.classes();
        columns = settings.columns();
        shifts = settings.intercept() ? scaling.shifts() : new double[0];
        weight = new double[point.length];
        sums = new double[point.length];
        row = new double[classes];
        for (int k = 0; k < classes; k++) {
            for (int i = 0; i < columns; i++) {
                weight[i * classes + k] = point[k * columns + i];
            }
            for (int i = 0; i < shifts.length; i++) {
                weight[(columns - 1) * classes + k] -= shifts[i] * weight[i * classes + k];
            }
        }
    }

    @Override
    public void logits(Block block, Numbers logits) {
        SparseRows x = block.sparse();
        for (int i = 0; i < block.rows(); i++) {
            Arrays.fill(row, 0);
            for (int at = x.starts()[i]; at < x.starts()[i + 1]; at++) {
                addTimes(x.values()[at], weight, x.indices()[at] * classes, row, 0);
            }
            logits.write(row, i * classes);
        }
    }

    @Override
    public void addGradient(Block block, Numbers ofLogits) {
        SparseRows x = block.sparse();
        for (int i = 0; i < block.rows(); i++) {
            ofLogits.read(i * classes, row);
            for (int at = x.starts()[i]; at < x.starts()[i + 1]; at++) {
                addTimes(x.values()[at], row, 0, sums, x.indices()[at] * classes);
            }
        }
    }

    private void addTimes(double factor, double[] from, int first, double[] to, int at) {
        for (int k = 0; k < classes; k++) {
            to[at + k] += factor * from[first + k];
        }
    }

    @Override
    public void addTo(double[] all) {
        for (int k = 0; k < classes; k++) {
            for (int i = 0; i < columns; i++) {
                double shift = i < shifts.length ? shifts[i] * sums[(columns - 1) * classes + k] : 0;
                all[k * columns + i] += sums[i * classes + k] - shift;
            }
        }
    }
}
