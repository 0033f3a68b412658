package io.github.logitops.spark;

import java.util.Arrays;
import java.util.Iterator;
import org.apache.spark.ml.linalg.SparseVector;
import org.apache.spark.ml.linalg.Vector;

/**
 * What the training data come to: weighted mean and unbiased standard deviation of each feature, by Welford's recurrence over what is not
 * left out as 0, and the weight of each class.
 */
final class Statistics implements Addend<Statistics> {
    private static final long serialVersionUID = 1;

    private long rows;
    private double weight;
    private double squaredWeight;
    private double[] classes = {}; // their weights, as many as were met
    private final double[] weights; // of each feature, where it is not left out
    private final double[] means;
    private final double[] squares; // sums of weighted squares about the means

    Statistics(int features) {
        weights = new double[features];
        means = new double[features];
        squares = new double[features];
    }

    /** Those of a partition. */
    static Statistics of(Iterator<Example> examples, int features) {
        Statistics all = new Statistics(features);
        examples.forEachRemaining(all::add);
        return all;
    }

    private void add(Example example) {
        rows++;
        double w = example.weight();
        if (example.probabilities() == null) {
            growTo(example.label() + 1);
            classes[example.label()] += w;
        } else {
            double[] p = example.probabilityArray();
            growTo(p.length);
            Arrays.setAll(classes, c -> classes[c] + w * p[c]);
        }
        if (w > 0) {
            weight += w;
            squaredWeight += w * w;
            addFeatures(example.features(), w);
        }
    }

    private void addFeatures(Vector features, double w) {
        if (features instanceof SparseVector sparse) {
            for (int i = 0; i < sparse.indices().length; i++) {
                add(sparse.indices()[i], sparse.values()[i], w);
            }
        } else {
            double[] values = features.toArray();
            for (int i = 0; i < values.length; i++) {
                add(i, values[i], w);
            }
        }
    }

    private void add(int feature, double value, double w) {
        weights[feature] += w;
        double step = value - means[feature];
        means[feature] += step * (w / weights[feature]); // exact of the first, so that what never changes deviates by 0
        squares[feature] += w * step * (value - means[feature]);
    }

    private void growTo(int count) {
        if (classes.length < count) {
            classes = Arrays.copyOf(classes, count);
        }
    }

    @Override
    public Statistics plus(Statistics other) {
        rows += other.rows;
        weight += other.weight;
        squaredWeight += other.squaredWeight;
        growTo(other.classes.length);
        for (int i = 0; i < other.classes.length; i++) {
            classes[i] += other.classes[i];
        }
        for (int i = 0; i < means.length; i++) {
            merge(i, other.weights[i], other.means[i], other.squares[i]);
        }
        return this;
    }

    private void merge(int feature, double otherWeight, double otherMean, double otherSquares) {
        double sum = weights[feature] + otherWeight;
        if (otherWeight > 0) {
            double step = otherMean - means[feature];
            means[feature] += step * (otherWeight / sum);
            squares[feature] += otherSquares + step * step * weights[feature] * otherWeight / sum;
            weights[feature] = sum;
        }
    }

    long rows() {
        return rows;
    }

    /** The sum of the rows' weights. */
    double weight() {
        return weight;
    }

    /** The weight of each class that was met, and of those before it. */
    double[] classes() {
        return classes;
    }

    /** The mean of each feature. */
    double[] means() {
        double[] all = new double[means.length];
        Arrays.setAll(all, i -> means[i] * (weights[i] / weight));
        return all;
    }

    /** The standard deviation of each feature, unbiased where weights are reliabilities; 0 of a single row. */
    double[] deviations() {
        double[] all = new double[means.length];
        double freedom = weight - squaredWeight / weight;
        Arrays.setAll(all, i -> {
            double zeros = weight - weights[i]; // what was left out lies at 0
            double sum = squares[i] + means[i] * means[i] * weights[i] * Math.max(0, zeros) / weight;
            return freedom > 0 ? Math.sqrt(Math.max(0, sum / freedom)) : 0;
        });
        return all;
    }
}
