package io.github.logitops.spark;

import org.apache.spark.ml.linalg.Vector;

/**
 * A row of the training data, found good.
 *
 * @param label the class; -1 where there are probabilities
 * @param probabilities of all classes; or null
 * @param weight how often it counts
 */
record Example(Vector features, int label, Vector probabilities, double weight) {
    double[] probabilityArray() {
        return probabilities.toArray();
    }
}
