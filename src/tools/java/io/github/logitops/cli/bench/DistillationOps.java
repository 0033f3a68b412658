package io.github.logitops.cli.bench;

import io.github.logitops.Distillation;
import io.github.logitops.DistillationResult;
import io.github.logitops.memory.GradScale;
import io.github.logitops.reference.DistillationReference;
import io.github.logitops.spec.DistillationOptions;
import io.github.logitops.spec.Op;
import java.util.List;

/** Distillation without labels. */
final class DistillationOps {
    static final List<BenchOp> ALL = List.of(
            new BenchOp(
                    Op.DISTILLATION.method("forward"),
                    Traffic.of(2, 0, 4),
                    w -> {
                        Distillation op = distillation(w);
                        DistillationResult result = w.result(op::newResult);
                        return Prepared.numbers(
                                w,
                                result.rowLosses(),
                                i -> op.forward(w.input(i), w.gradient(i), null, result, w.stream()));
                    },
                    row -> new double[] {exact(row).loss()}),
            new BenchOp(
                    Op.DISTILLATION.method("forwardBackward"),
                    Traffic.of(2, 1, 4),
                    w -> {
                        Distillation op = distillation(w);
                        DistillationResult result = w.result(op::newResult);
                        return Prepared.rows(
                                w,
                                i -> op.forwardBackward(
                                        w.input(i),
                                        w.gradient(i),
                                        null,
                                        GradScale.ONE,
                                        w.output(i),
                                        result,
                                        w.stream()));
                    },
                    row -> exact(row).gradient()));

    private DistillationOps() {}

    private static Distillation distillation(Workload w) {
        return w.ops().distillation(DistillationOptions.defaults(), w.shape().axis());
    }

    /** One row of a batch of as many: the gradient of their mean. */
    private static DistillationReference.Row exact(BenchRow row) {
        return DistillationReference.of(
                        new double[][] {row.x()},
                        new double[][] {row.dy()},
                        null,
                        DistillationOptions.defaults(),
                        new double[] {1.0 / row.shape().rows()})
                .rows()[0];
    }
}
