package io.github.logitops.spark;

import io.github.logitops.Backend;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Reduction;
import java.io.Serializable;

/**
 * What the tasks of a fit know beside data and the point.
 *
 * @param dtype F64 or F32: of features, logits and gradients
 * @param backend of the sessions that tasks share
 * @param features how many a row has
 * @param classes how many there are
 * @param intercept whether each class has one
 * @param labelSmoothing of the cross entropy
 * @param classWeights one for each class; or null for 1 each
 */
record TaskSettings(
        DType dtype,
        Backend backend,
        int features,
        int classes,
        boolean intercept,
        double labelSmoothing,
        double[] classWeights)
        implements Serializable {

    /** What a row is multiplied by for each class: a coefficient for each feature and, last, the intercept, whose feature is 1. */
    int columns() {
        return features + (intercept ? 1 : 0);
    }

    /** Of all classes, [classes, columns]. */
    int parameters() {
        return classes * columns();
    }

    /** Row by row: tasks add row losses up in double, each times the weight of its row. */
    CrossEntropyOptions crossEntropy() {
        return CrossEntropyOptions.defaults().withLabelSmoothing(labelSmoothing).withReduction(Reduction.NONE);
    }
}
