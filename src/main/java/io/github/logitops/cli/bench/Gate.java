package io.github.logitops.cli.bench;

import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.Shape;
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
    static void pass(BenchOp op, Workload workload) {
        BenchShape shape = workload.shape();
        if (shape.inner() != 1) {
            return; // no tensor is a row then
        }
        double[] poison = new double[shape.columns()];
        Arrays.fill(poison, Double.NaN);
        TreeSet<Long> rows = new TreeSet<>(Arrays.asList(0L, shape.rows() / 2, shape.rows() - 1));
        for (long row : rows) {
            try (Tensor target = row(workload, workload.output(0), row)) {
                target.upload(poison, workload.stream());
            }
        }
        if (op.name().equals("crossEntropy.backward")) { // starts from what forward saved of the same set
            workload.crossEntropy()
                    .forward(workload.input(0), workload.labels(), null, workload.result(), workload.stream());
        }
        op.call().on(workload, 0);
        for (long row : rows) {
            requireRight(op, workload, row);
        }
    }

    private static void requireRight(BenchOp op, Workload workload, long row) {
        double[] exact = op.exact()
                .of(
                        values(workload, workload.input(0), row),
                        values(workload, workload.gradient(0), row),
                        workload.label(row),
                        workload.shape().rows());
        double[] actual = op.writes() == 0 ? loss(workload, row) : values(workload, workload.output(0), row);
        double largest = Arrays.stream(exact).map(Math::abs).max().orElse(0);
        for (int j = 0; j < exact.length; j++) {
            if (!(Math.abs(actual[j] - exact[j]) <= COARSE * largest)) {
                throw new IllegalStateException("bench: a wrong result: op=" + op.name() + ", shape=" + workload.shape()
                        + ", row=" + row + ", element=" + j + ", exact=" + exact[j] + ", actual=" + actual[j]);
            }
        }
    }

    private static double[] loss(Workload workload, long row) {
        Tensor losses = workload.result().rowLosses();
        long address = losses.address() + row * losses.dtype().bytes();
        try (Tensor one = workload.ops().wrap(address, losses.dtype(), Shape.of(1))) {
            return one.downloadDoubles(workload.stream());
        }
    }

    private static double[] values(Workload workload, Tensor tensor, long row) {
        try (Tensor values = row(workload, tensor, row)) {
            return values.downloadDoubles(workload.stream());
        }
    }

    private static Tensor row(Workload workload, Tensor tensor, long row) {
        BenchShape shape = workload.shape();
        long address = tensor.address() + row * shape.columns() * shape.dtype().bytes();
        return workload.ops().wrap(address, shape.dtype(), Shape.of(shape.columns()));
    }
}
