package io.github.logitops.spark;

import java.io.Serializable;
import java.util.Iterator;
import java.util.function.DoublePredicate;
import org.apache.spark.ml.linalg.DenseVector;
import org.apache.spark.ml.linalg.SparseVector;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Row;

/**
 * Examples of rows [features, label or probabilities, weight]. What is wrong with one is told with the number of its partition, and with
 * its own among the rows of that.
 *
 * @param features how many each row must have
 * @param classes how many there are; 0 where that is not known yet, and labels are only required to be whole
 * @param probabilities whether targets are these
 */
record ExampleReader(int features, int classes, boolean probabilities) implements Serializable {
    private static final int MOST = 1_000_000; // classes that nobody said: a column of ids is no label
    private static final double OFF = 1e-4; // what probabilities in floats may be off, summed up

    /** The examples of a partition. */
    Iterator<Example> read(int partition, Iterator<Row> rows) {
        return new Iterator<>() {
            private long next;

            @Override
            public boolean hasNext() {
                return rows.hasNext();
            }

            @Override
            public Example next() {
                return read(rows.next(), new Place(partition, next++));
            }
        };
    }

    /** Where a row is. */
    private record Place(int partition, long row) {
        IllegalArgumentException wrong(String rule, String values) {
            return new IllegalArgumentException(
                    "softmaxRegression: " + rule + ": partition=" + partition + ", row=" + row + ", " + values);
        }
    }

    private Example read(Row row, Place place) {
        for (int i = 0; i < row.size(); i++) {
            if (row.isNullAt(i)) {
                throw place.wrong("a column is null", "column=" + row.schema().fieldNames()[i]);
            }
        }
        Vector x = row.getAs(0);
        if (x.size() != features) {
            throw place.wrong("not as many features as the first row has", "size=" + x.size() + ", first=" + features);
        }
        requireEach(x, Double::isFinite, "features must be finite", "feature", place);
        double weight = row.getDouble(2);
        if (!(weight >= 0 && weight < Double.POSITIVE_INFINITY)) {
            throw place.wrong("weights must be finite and not negative", "weight=" + weight);
        }
        return probabilities
                ? new Example(x, -1, targets(row.getAs(1), place), weight)
                : new Example(x, label(row.getDouble(1), place), null, weight);
    }

    private int label(double label, Place place) {
        if (classes == 0 && label >= MOST) {
            throw place.wrong(
                    "a label for more classes than are assumed; set numClasses", "label=" + label + ", most=" + MOST);
        }
        int last = classes == 0 ? MOST - 1 : classes - 1;
        if (!(label >= 0 && label <= last && label == Math.rint(label))) {
            throw place.wrong("label out of range", "label=" + label + (classes == 0 ? "" : ", classes=" + classes));
        }
        return (int) label;
    }

    private Vector targets(Vector targets, Place place) {
        if (targets.size() != classes) {
            throw place.wrong("not a probability for each class", "size=" + targets.size() + ", classes=" + classes);
        }
        requireEach(targets, p -> p >= 0 && p <= 1 + OFF, "probabilities must be from 0 to 1", "class", place);
        double sum = 0;
        for (double p : values(targets)) {
            sum += p;
        }
        if (!(Math.abs(sum - 1) <= OFF)) {
            throw place.wrong("probabilities must add up to 1", "sum=" + sum);
        }
        return targets;
    }

    private static void requireEach(Vector vector, DoublePredicate holds, String rule, String name, Place place) {
        double[] values = values(vector);
        for (int i = 0; i < values.length; i++) {
            if (!holds.test(values[i])) {
                int index = vector instanceof SparseVector sparse ? sparse.indices()[i] : i;
                throw place.wrong(rule, name + "=" + index + ", value=" + values[i]);
            }
        }
    }

    /** What a vector holds: all elements, or those that are not left out as 0. */
    private static double[] values(Vector vector) {
        return vector instanceof DenseVector dense ? dense.values() : ((SparseVector) vector).values();
    }
}
