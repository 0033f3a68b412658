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

    private final Iterator<Example> examples;
    private final TaskSettings settings;
    private final Scaling scaling;
    private final int most;
    private Example next;

    /** @param most rows of a block */
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
        for (; next != null && rows.size() < most; advance()) {
            rows.add(next);
        }
        long stored =
                rows.stream().mapToLong(row -> row.features().numActives()).sum();
        boolean sparse = stored < (long) rows.size() * settings.features() / SPARSE;
        boolean labels = rows.get(0).probabilities() == null;
        return new Block(
                rows.size(),
                sparse ? null : dense(rows),
                sparse ? sparse(rows, (int) stored) : null,
                labels ? rows.stream().mapToInt(Example::label).toArray() : null,
                labels ? null : probabilities(rows),
                weights(rows));
    }

    private Numbers dense(List<Example> rows) {
        Numbers all = Numbers.zeros(settings.dtype(), rows.size() * settings.columns());
        int at = 0;
        for (Example row : rows) {
            double[] x = row.features().toArray();
            for (int i = 0; i < x.length; i++) {
                all.set(at++, x[i] * scaling.factors()[i] - scaling.shifts()[i]);
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
