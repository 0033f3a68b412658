package io.github.logitops.spark;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.ml.linalg.SparseVector;
import org.apache.spark.ml.linalg.Vector;

/** Blocks of a partition's examples, made as they are asked for. Examples of weight 0 are left out. */
final class BlockBuilder implements Iterator<Block> {
    /** Non-zeros are worth a product of their own if they are fewer than one in so many. */
    private static final int SPARSE = 8;

    private static final long BYTES = 32L << 20; // of a block's features and logits
    private static final long SPARSE_BYTES = 12; // of a value that is not left out, with its index

    private final Iterator<Example> examples;
    private final TaskSettings settings;
    private final Scaling scaling;
    private final int most;
    private Example next;

    /** @param most rows of a block, if these fit in some megabytes */
    BlockBuilder(Iterator<Example> examples, TaskSettings settings, Scaling scaling, int most) {
        this.examples = examples;
        this.settings = settings;
        this.scaling = scaling;
        this.most = most;
        advance();
    }

    private void advance() {
        next = null;
        while (next == null && examples.hasNext()) {
            Example example = examples.next();
            next = example.weight() > 0 ? example : null;
        }
    }

    @Override
    public boolean hasNext() {
        return next != null;
    }

    @Override
    public Block next() {
        if (next == null) {
            throw new NoSuchElementException("all examples are in blocks");
        }
        List<Example> rows = new ArrayList<>();
        for (long bytes = 0; next != null && rows.size() < most && bytes < BYTES; advance()) {
            rows.add(next);
            bytes += bytes(next);
        }
        long stored =
                rows.stream().mapToLong(row -> row.features().numActives()).sum();
        boolean sparse = stored * SPARSE < (long) rows.size() * settings.features();
        boolean labels = rows.get(0).probabilities() == null;
        return new Block(
                rows.size(),
                sparse ? null : dense(rows),
                sparse ? sparse(rows, (int) stored) : null,
                labels ? rows.stream().mapToInt(Example::label).toArray() : null,
                labels ? null : probabilities(rows),
                weights(rows));
    }

    /** What an example takes, and its logits. */
    private long bytes(Example example) {
        int size = settings.dtype().bytes();
        long features = Math.min(
                (long) size * settings.columns(),
                SPARSE_BYTES * example.features().numActives());
        return features + (long) size * settings.classes();
    }

    private Numbers dense(List<Example> rows) {
        Numbers all = Numbers.zeros(settings.dtype(), rows.size() * settings.columns());
        int at = 0;
        for (Example row : rows) {
            double[] x = row.features().toArray();
            for (int i = 0; i < x.length; i++) {
                all.set(at++, (x[i] - scaling.means()[i]) * scaling.factors()[i]);
            }
            if (settings.intercept()) {
                all.set(at++, 1);
            }
        }
        return all;
    }

    private SparseRows sparse(List<Example> rows, int stored) {
        int[] starts = new int[rows.size() + 1];
        int all = stored + (settings.intercept() ? rows.size() : 0);
        int[] indices = new int[all];
        double[] values = new double[all];
        for (int row = 0; row < rows.size(); row++) {
            int at = starts[row];
            Vector x = rows.get(row).features();
            int[] where = x instanceof SparseVector given ? given.indices() : null;
            double[] given = where == null ? x.toArray() : ((SparseVector) x).values();
            for (int i = 0; i < given.length; i++, at++) {
                indices[at] = where == null ? i : where[i];
                values[at] = given[i] * scaling.factors()[indices[at]];
            }
            if (settings.intercept()) {
                indices[at] = settings.features();
                values[at++] = 1;
            }
            starts[row + 1] = at;
        }
        return new SparseRows(starts, indices, values);
    }

    private Numbers probabilities(List<Example> rows) {
        Numbers all = Numbers.zeros(settings.dtype(), rows.size() * settings.classes());
        int at = 0;
        for (Example row : rows) {
            for (double p : row.probabilityArray()) {
                all.set(at++, p);
            }
        }
        return all;
    }

    private Numbers weights(List<Example> rows) {
        return rows.stream().allMatch(row -> row.weight() == 1)
                ? null
                : Numbers.of(
                        settings.dtype(),
                        rows.stream().mapToDouble(Example::weight).toArray());
    }
}
