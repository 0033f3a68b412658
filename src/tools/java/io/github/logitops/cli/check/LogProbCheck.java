package io.github.logitops.cli.check;

import io.github.logitops.Entropy;
import io.github.logitops.EntropyResult;
import io.github.logitops.LogSumExp;
import io.github.logitops.LogSumExpResult;
import io.github.logitops.SelectedLogProb;
import io.github.logitops.SelectedLogProbResult;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Tensor;
import io.github.logitops.reference.LogProbReference;
import io.github.logitops.reference.SoftmaxReference;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Op;
import io.github.logitops.spec.SelectedLogProbOptions;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.IntToDoubleFunction;

/** An op with one number for each row: log-sum-exp, entropy, selected log-probability. */
record LogProbCheck(Op op, Attempt attempt) implements OpCheck {
    static final List<OpCheck> ALL = List.of(
            new LogProbCheck(Op.LOG_SUM_EXP, LogProbCheck::logSumExp),
            new LogProbCheck(Op.ENTROPY, LogProbCheck::entropy),
            new LogProbCheck(Op.SELECTED_LOG_PROB, LogProbCheck::selectedLogProb));

    private static final double GRAD_SCALE = 256;

    @Override
    public List<Attempt> attempts(Case what) {
        return List.of(attempt);
    }

    private static void logSumExp(Trial trial) {
        LogSumExp op = trial.ops().logSumExp(axis(trial));
        PlacedRows x = trial.logits();
        double[][] rows = x.values();
        LogSumExpResult result = trial.keep(op.forward(x.tensor(), trial.stream()));
        values(
                trial,
                Op.LOG_SUM_EXP.method("forward"),
                result.lse(),
                n -> SoftmaxReference.logSumExp(rows[n]),
                n -> SoftmaxReference.logSumExpScale(rows[n]));
        PlacedRows dx = trial.output(x);
        op.backward(x.tensor(), result, GradScale.of(GRAD_SCALE), dx.tensor(), trial.stream());
        gradients(
                trial,
                Op.LOG_SUM_EXP.method("backward"),
                dx,
                n -> LogProbReference.logSumExpBackward(rows[n], GRAD_SCALE),
                n -> LogProbReference.logSumExpBackwardScale(rows[n], GRAD_SCALE));
    }

    private static void entropy(Trial trial) {
        Entropy op = trial.ops().entropy(axis(trial));
        PlacedRows x = trial.logits();
        double[][] rows = x.values();
        EntropyResult result = trial.keep(op.forward(x.tensor(), trial.stream()));
        values(
                trial,
                Op.ENTROPY.method("forward"),
                result.entropy(),
                n -> LogProbReference.entropy(rows[n]),
                n -> LogProbReference.entropyScale(rows[n]));
        PlacedRows dx = trial.output(x);
        op.backward(x.tensor(), result, GradScale.of(GRAD_SCALE), dx.tensor(), trial.stream());
        gradients(
                trial,
                Op.ENTROPY.method("backward"),
                dx,
                n -> LogProbReference.entropyBackward(rows[n], GRAD_SCALE),
                n -> LogProbReference.entropyBackwardScale(rows[n], GRAD_SCALE));
    }

    private static void selectedLogProb(Trial trial) {
        SelectedLogProb op = trial.ops().selectedLogProb(SelectedLogProbOptions.defaults(), axis(trial));
        PlacedRows x = trial.logits();
        double[][] rows = x.values();
        int classes = trial.what().classes();
        int[] labels = {trial.random().nextInt(classes), 0, classes / 2, classes - 1};
        long[] wide = {labels[0], labels[1], labels[2], labels[3]};
        Tensor y = trial.labels(classes % 2 == 0 ? DType.I32 : DType.I64, wide);
        SelectedLogProbResult result = trial.keep(op.forward(x.tensor(), y, trial.stream()));
        values(
                trial,
                Op.SELECTED_LOG_PROB.method("forward"),
                result.logProbs(),
                n -> LogProbReference.selectedLogProb(rows[n], labels[n]),
                n -> LogProbReference.selectedLogProbScale(rows[n], labels[n]));
        PlacedRows dx = trial.output(x);
        op.backward(x.tensor(), y, result, GradScale.of(GRAD_SCALE), dx.tensor(), trial.stream());
        gradients(
                trial,
                Op.SELECTED_LOG_PROB.method("backward"),
                dx,
                n -> LogProbReference.selectedLogProbBackward(rows[n], labels[n], GRAD_SCALE),
                n -> LogProbReference.selectedLogProbBackwardScale(rows[n], labels[n], GRAD_SCALE));
    }

    private static Axis axis(Trial trial) {
        return trial.what().axis();
    }

    private static void values(
            Trial trial, String op, Tensor actual, IntToDoubleFunction exact, IntToDoubleFunction scale) {
        double[] values = actual.downloadDoubles(trial.stream());
        for (int n = 0; n < values.length; n++) {
            trial.judge().loss(op, "row " + n, exact.applyAsDouble(n), values[n], scale.applyAsDouble(n));
        }
    }

    private static void gradients(
            Trial trial, String op, PlacedRows dx, IntFunction<double[]> exact, IntFunction<double[]> scale) {
        double[][] actual = dx.read(trial.judge(), op);
        for (int n = 0; n < actual.length; n++) {
            trial.judge().row(op, "dx row " + n, exact.apply(n), actual[n], scale.apply(n));
        }
    }
}
