package io.github.logitops.cli.bench;

import io.github.logitops.memory.Tensor;
import io.github.logitops.reference.Targets;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.Op;
import io.github.logitops.spec.RowOutput;
import io.github.logitops.spec.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Cross entropy with its gradient, labels and one option: what each costs beside plain labels. */
final class CrossEntropyOptionOps {
    private static final CrossEntropyOptions PLAIN = CrossEntropyOptions.defaults();
    private static final int IGNORED_LABEL = (int) PLAIN.ignoreIndex().orElseThrow();
    private static final int IGNORED_IN = 4; // the last of so many rows
    private static final double WEIGHT = 0.5; // of every class: no kernel knows that they are the same

    static final List<BenchOp> ALL = List.of(
            with("label smoothing", 0, PLAIN.withLabelSmoothing(0.1)),
            of(
                    "class weights",
                    4,
                    w -> CrossEntropyOps.forwardBackward(w, PLAIN, i -> w.labels(), weights(w)),
                    row -> exact(row, weights(row.shape()), PLAIN)),
            of("ignored rows", 0, CrossEntropyOptionOps::ignoring, CrossEntropyOptionOps::exactIgnoring),
            with("z-loss", 0, PLAIN.withZLoss(1e-4)),
            with("soft cap", 0, PLAIN.withSoftCap(30)),
            with("entropy", 4, PLAIN.withOutputs(RowOutput.ENTROPY)),
            with("argmax", 4 + 4, PLAIN.withOutputs(RowOutput.ARGMAX)));

    private CrossEntropyOptionOps() {}

    /** @param rowBytes beside those of plain labels */
    private static BenchOp of(
            String option, int rowBytes, Function<Workload, Prepared> ready, Function<BenchRow, double[]> exact) {
        return new BenchOp(
                Op.CROSS_ENTROPY.method("forwardBackward") + " " + option,
                Traffic.of(1, 1, 4 + 8 + rowBytes),
                ready,
                exact);
    }

    private static BenchOp with(String option, int rowBytes, CrossEntropyOptions options) {
        return of(
                option,
                rowBytes,
                w -> CrossEntropyOps.forwardBackward(w, options, i -> w.labels(), null),
                row -> exact(row, null, options));
    }

    private static double[] exact(BenchRow row, double[] weights, CrossEntropyOptions options) {
        return CrossEntropyOps.exact(
                        row,
                        Targets.of(row.label()),
                        weights,
                        options,
                        row.shape().rows())
                .gradient();
    }

    private static double[] weights(BenchShape shape) {
        double[] weights = new double[shape.columns()];
        Arrays.fill(weights, WEIGHT);
        return weights;
    }

    private static Tensor weights(Workload w) {
        Shape classes = Shape.of(w.shape().columns());
        return w.keep(w.ops().upload(weights(w.shape()), w.shape().dtype().arithmetic(), classes, w.stream()));
    }

    private static boolean ignores(long row) {
        return row % IGNORED_IN == IGNORED_IN - 1;
    }

    private static Prepared ignoring(Workload w) {
        int[] labels = IntStream.range(0, (int) w.shape().rows())
                .map(row -> ignores(row) ? IGNORED_LABEL : w.label(row))
                .toArray();
        Tensor some = w.keep(w.ops().labels(labels, w.shape().rowShape(), w.stream()));
        return CrossEntropyOps.forwardBackward(w, PLAIN, i -> some, null);
    }

    private static double[] exactIgnoring(BenchRow row) {
        Targets targets = Targets.of(ignores(row.number()) ? IGNORED_LABEL : row.label());
        long rows = row.shape().rows();
        return CrossEntropyOps.exact(row, targets, null, PLAIN, rows - rows / IGNORED_IN)
                .gradient();
    }
}
