package io.github.logitops.cli.bench;

import io.github.logitops.LogSigmoid;
import io.github.logitops.Sigmoid;
import io.github.logitops.reference.SigmoidReference;
import io.github.logitops.spec.Op;
import java.util.List;

/** Sigmoid and log-sigmoid. */
final class SigmoidOps {
    static final List<BenchOp> ALL = List.of(
            new BenchOp(
                    Op.SIGMOID.method("forward"),
                    Traffic.of(1, 1, 0),
                    w -> {
                        Sigmoid op = w.ops().sigmoid();
                        return Prepared.rows(w, i -> op.forward(w.input(i), w.output(i), w.stream()));
                    },
                    row -> SigmoidReference.sigmoid(row.x())),
            new BenchOp(
                    Op.SIGMOID.method("backward"),
                    Traffic.of(2, 1, 0),
                    w -> {
                        Sigmoid op = w.ops().sigmoid();
                        return Prepared.rows(w, i -> op.backward(w.input(i), w.gradient(i), w.output(i), w.stream()));
                    },
                    row -> SigmoidReference.sigmoidBackward(row.x(), row.dy(), 1)),
            new BenchOp(
                    Op.LOG_SIGMOID.method("forward"),
                    Traffic.of(1, 1, 0),
                    w -> {
                        LogSigmoid op = w.ops().logSigmoid();
                        return Prepared.rows(w, i -> op.forward(w.input(i), w.output(i), w.stream()));
                    },
                    row -> SigmoidReference.logSigmoid(row.x())),
            new BenchOp(
                    Op.LOG_SIGMOID.method("backward"),
                    Traffic.of(2, 1, 0),
                    w -> {
                        LogSigmoid op = w.ops().logSigmoid();
                        return Prepared.rows(w, i -> op.backward(w.input(i), w.gradient(i), w.output(i), w.stream()));
                    },
                    row -> SigmoidReference.logSigmoidBackward(row.x(), row.dy(), 1)));

    private SigmoidOps() {}
}
