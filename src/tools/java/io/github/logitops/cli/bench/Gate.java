package io.github.logitops.cli.bench;

import io.github.logitops.memory.Tensor;
import java.util.Arrays;
import java.util.TreeSet;

/**
 * What is measured gives the right rows: the first, the middle and the last one of a shape, which start as NaN. This finds
 * launches that do nothing or the wrong thing; bounds are held by {@code logitops check}.
 */
final class Gate {
    private static final double COARSE = 0.02; // of the largest element: more than a unit in the last place of BF16

    private Gate() {}

    /**
     * Runs the op once.
     *
     * @throws IllegalStateException if a row is wrong
     */
    static void pass(BenchOp op, Workload workload, Prepared prepared) {
        BenchShape shape = workload.shape();
        if (shape.inner() != 1) {
            return; // no tensor is a row then
        }
        TreeSet<Long> rows = new TreeSet<>(Arrays.asList(0L, shape.rows() / 2, shape.rows() - 1));
        for (long row : rows) {
            try (Tensor target = prepared.written().apply(row)) {
                double[] poison = new double[(int) target.shape().elements()];
                Arrays.fill(poison, Double.NaN);
                target.upload(poison, workload.stream());
            }
        }
        prepared.call().accept(0);
        for (long row : rows) {
            requireRight(op, workload, prepared, row);
        }
    }

    private static void requireRight(BenchOp op, Workload workload, Prepared prepared, long row) {
        BenchRow found = new BenchRow(
                workload.shape(),
                row,
                values(workload, workload.row(workload.input(0), row)),
                values(workload, workload.row(workload.gradient(0), row)),
                workload.label(row));
        double[] exact = op.exact().apply(found);
        double[] actual =
                prepared.meaning().apply(values(workload, prepared.written().apply(row)));
        double largest = Arrays.stream(exact).map(Math::abs).max().orElse(0);
        for (int j = 0; j < exact.length; j++) {
            if (!(Math.abs(actual[j] - exact[j]) <= COARSE * largest)) {
                throw new IllegalStateException("bench: a wrong result: op=" + op.name() + ", shape=" + workload.shape()
                        + ", row=" + row + ", element=" + j + ", exact=" + exact[j] + ", actual=" + actual[j]);
            }
        }
    }

    private static double[] values(Workload workload, Tensor place) {
        try (place) {
            return place.downloadDoubles(workload.stream());
        }
    }
}
