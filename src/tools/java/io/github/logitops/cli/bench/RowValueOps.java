package io.github.logitops.cli.bench;

import io.github.logitops.Entropy;
import io.github.logitops.EntropyResult;
import io.github.logitops.LogSumExp;
import io.github.logitops.LogSumExpResult;
import io.github.logitops.SelectedLogProb;
import io.github.logitops.SelectedLogProbResult;
import io.github.logitops.memory.GradScale;
import io.github.logitops.reference.LogProbReference;
import io.github.logitops.reference.SoftmaxReference;
import io.github.logitops.spec.Op;
import io.github.logitops.spec.SelectedLogProbOptions;
import java.util.List;

/** The ops with one number for each row: log-sum-exp, selected log-probability, entropy. */
final class RowValueOps {
    static final List<BenchOp> LOG_SUM_EXP = List.of(
            new BenchOp(
                    Op.LOG_SUM_EXP.method("forward"),
                    Traffic.of(1, 0, 4),
                    w -> {
                        LogSumExp op = w.ops().logSumExp(w.shape().axis());
                        LogSumExpResult result = w.result(op::newResult);
                        return Prepared.numbers(w, result.lse(), i -> op.forward(w.input(i), result, w.stream()));
                    },
                    row -> new double[] {SoftmaxReference.logSumExp(row.x())}),
            new BenchOp(
                    Op.LOG_SUM_EXP.method("backward"),
                    Traffic.of(1, 1, 4),
                    w -> {
                        LogSumExp op = w.ops().logSumExp(w.shape().axis());
                        LogSumExpResult saved = w.result(op::newResult);
                        op.forward(w.input(0), saved, w.stream());
                        return Prepared.rows(
                                w, i -> op.backward(w.input(i), saved, GradScale.ONE, w.output(i), w.stream()));
                    },
                    row -> LogProbReference.logSumExpBackward(row.x(), 1)));

    static final List<BenchOp> OTHERS = List.of(
            new BenchOp(
                    Op.SELECTED_LOG_PROB.method("forward"),
                    Traffic.of(1, 0, 4 + 8),
                    w -> {
                        SelectedLogProb op = selectedLogProb(w);
                        SelectedLogProbResult result = w.result(op::newResult);
                        return Prepared.numbers(
                                w, result.logProbs(), i -> op.forward(w.input(i), w.labels(), result, w.stream()));
                    },
                    row -> new double[] {LogProbReference.selectedLogProb(row.x(), row.label())}),
            new BenchOp(
                    Op.SELECTED_LOG_PROB.method("backward"),
                    Traffic.of(1, 1, 4 + 4),
                    w -> {
                        SelectedLogProb op = selectedLogProb(w);
                        SelectedLogProbResult saved = w.result(op::newResult);
                        op.forward(w.input(0), w.labels(), saved, w.stream());
                        return Prepared.rows(
                                w,
                                i -> op.backward(
                                        w.input(i), w.labels(), saved, GradScale.ONE, w.output(i), w.stream()));
                    },
                    row -> LogProbReference.selectedLogProbBackward(row.x(), row.label(), 1)),
            new BenchOp(
                    Op.ENTROPY.method("forward"),
                    Traffic.of(1, 0, 8),
                    w -> {
                        Entropy op = w.ops().entropy(w.shape().axis());
                        EntropyResult result = w.result(op::newResult);
                        return Prepared.numbers(w, result.entropy(), i -> op.forward(w.input(i), result, w.stream()));
                    },
                    row -> new double[] {LogProbReference.entropy(row.x())}),
            new BenchOp(
                    Op.ENTROPY.method("backward"),
                    Traffic.of(1, 1, 8),
                    w -> {
                        Entropy op = w.ops().entropy(w.shape().axis());
                        EntropyResult saved = w.result(op::newResult);
                        op.forward(w.input(0), saved, w.stream());
                        return Prepared.rows(
                                w, i -> op.backward(w.input(i), saved, GradScale.ONE, w.output(i), w.stream()));
                    },
                    row -> LogProbReference.entropyBackward(row.x(), 1)));

    private RowValueOps() {}

    private static SelectedLogProb selectedLogProb(Workload w) {
        return w.ops()
                .selectedLogProb(SelectedLogProbOptions.defaults(), w.shape().axis());
    }
}
