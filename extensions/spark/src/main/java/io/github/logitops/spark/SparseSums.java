package io.github.logitops.spark;

import java.util.Arrays;

/**
 * The linear layer of sparse rows and its gradients, in double, with the weight as [features, classes], so that what belongs to a feature
 * lies together. Rows that are not shifted give the logits of shifted ones by other intercepts, b - W s.
 */
final class SparseSums {
    private final int features;
    private final int classes;
    private final boolean hasIntercepts;
    private final double[] shifts;
    private final double[] weight;
    private final double[] intercepts; // for rows that are not shifted
    private final double[] weightGradient;
    private final double[] interceptGradient;

    /** @param point [classes, features], and more */
    SparseSums(TaskSettings settings, Scaling scaling, double[] point, double[] intercepts) {
        features = settings.features();
        classes = settings.classes();
        hasIntercepts = settings.intercept();
        shifts = scaling.shifts();
        weight = new double[settings.weights()];
        this.intercepts = intercepts.clone();
        for (int k = 0; k < classes; k++) {
            for (int i = 0; i < features; i++) {
                double w = point[k * features + i];
                weight[i * classes + k] = w;
                this.intercepts[k] -= shifts[i] * w;
            }
        }
        weightGradient = new double[settings.weights()];
        interceptGradient = new double[classes];
    }

    /** The logits of a block, [rows, classes]. */
    double[] logits(Block block) {
        double[] logits = new double[block.rows() * classes];
        for (int row = 0; row < block.rows(); row++) {
            System.arraycopy(intercepts, 0, logits, row * classes, classes);
        }
        block.sparse().addProduct(weight, logits, classes);
        return logits;
    }

    /** Adds the gradients of a block. */
    void addGradient(Block block, double[] logitGradient) {
        block.sparse().addGradient(logitGradient, weightGradient, classes);
        for (int row = 0; row < block.rows(); row++) {
            int at = row * classes;
            Arrays.setAll(interceptGradient, k -> interceptGradient[k] + logitGradient[at + k]);
        }
    }

    /** Adds all of it to gradients [classes, features], then the intercepts. */
    void addTo(double[] sums) {
        for (int k = 0; k < classes; k++) {
            for (int i = 0; i < features; i++) {
                sums[k * features + i] += weightGradient[i * classes + k] - shifts[i] * interceptGradient[k];
            }
            if (hasIntercepts) {
                sums[classes * features + k] += interceptGradient[k];
            }
        }
    }
}
