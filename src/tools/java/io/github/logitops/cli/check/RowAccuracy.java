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
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;

/** The accuracy of softmax, of sigmoid and of what is one number for each row. */
final class RowAccuracy {
    private final Comparison comparison;
    private final Trial trial;
    private final HardBatch batch;
    private final double[][] x;

    RowAccuracy(Comparison comparison, HardBatch batch) {
        this.comparison = comparison;
        this.trial = comparison.trial();
        this.batch = batch;
        this.x = batch.logits();
    }

    void measure() {
        activation(ActivationCheck.SOFTMAX, PlainFloat::softmax, PlainFloat::softmaxBackward);
        activation(ActivationCheck.LOG_SOFTMAX, PlainFloat::logSoftmax, PlainFloat::logSoftmaxBackward);
        activation(ActivationCheck.SIGMOID, PlainFloat::sigmoid, PlainFloat::sigmoidBackward);
        activation(ActivationCheck.LOG_SIGMOID, PlainFloat::logSigmoid, PlainFloat::logSigmoidBackward);
        logSumExp();
        entropy();
        selectedLogProb();
    }

    private void activation(ActivationCheck op, UnaryOperator<float[]> plain, BinaryOperator<float[]> plainBackward) {
        PlacedRows in = trial.place(x);
        PlacedRows out = trial.output(in);
        op.forward().run(trial.ops(), Axis.LAST, in.tensor(), out.tensor(), trial.stream());
        double[][] y = out.read(trial.judge(), op.op().callName());
        comparison.rows(
                op.op().method("forward"),
                y,
                n -> op.exactForward().apply(x[n]),
                n -> op.forwardScale().apply(x[n]),
                n -> plain.apply(PlainFloat.row(x[n])));

        double[][] dy = batch.upstream();
        PlacedRows upstream = trial.place(dy);
        PlacedRows dx = trial.output(upstream);
        op.backward()
                .run(
                        trial.ops(),
                        Axis.LAST,
                        out.tensor(),
                        upstream.tensor(),
                        GradScale.ONE,
                        dx.tensor(),
                        trial.stream());
        comparison.rows(
                op.op().method("backward"),
                dx.read(trial.judge(), op.op().callName()),
                n -> op.exactBackward().of(y[n], dy[n], 1),
                n -> op.backwardScale().of(y[n], dy[n], 1),
                n -> plainBackward.apply(PlainFloat.row(y[n]), PlainFloat.row(dy[n])));
    }

    private void logSumExp() {
        PlacedRows in = trial.place(x);
        LogSumExp op = trial.ops().logSumExp(Axis.LAST);
        LogSumExpResult result = trial.keep(op.forward(in.tensor(), trial.stream()));
        comparison.numbers(
                Op.LOG_SUM_EXP.method("forward"),
                result.lse(),
                n -> SoftmaxReference.logSumExp(x[n]),
                n -> SoftmaxReference.logSumExpScale(x[n]),
                n -> PlainFloat.logSumExp(PlainFloat.row(x[n])));

        PlacedRows dx = trial.output(in);
        op.backward(in.tensor(), result, GradScale.ONE, dx.tensor(), trial.stream());
        comparison.rows(
                Op.LOG_SUM_EXP.method("backward"),
                dx.read(trial.judge(), Op.LOG_SUM_EXP.method("backward")),
                n -> LogProbReference.logSumExpBackward(x[n], 1),
                n -> LogProbReference.logSumExpBackwardScale(x[n], 1),
                n -> PlainFloat.logSumExpBackward(PlainFloat.row(x[n])));
    }

    private void entropy() {
        PlacedRows in = trial.place(x);
        Entropy op = trial.ops().entropy(Axis.LAST);
        EntropyResult result = trial.keep(op.forward(in.tensor(), trial.stream()));
        comparison.numbers(
                Op.ENTROPY.method("forward"),
                result.entropy(),
                n -> LogProbReference.entropy(x[n]),
                n -> LogProbReference.entropyScale(x[n]),
                n -> PlainFloat.entropy(PlainFloat.row(x[n])));

        PlacedRows dx = trial.output(in);
        op.backward(in.tensor(), result, GradScale.ONE, dx.tensor(), trial.stream());
        comparison.rows(
                Op.ENTROPY.method("backward"),
                dx.read(trial.judge(), Op.ENTROPY.method("backward")),
                n -> LogProbReference.entropyBackward(x[n], 1),
                n -> LogProbReference.entropyBackwardScale(x[n], 1),
                n -> PlainFloat.entropyBackward(PlainFloat.row(x[n])));
    }

    private void selectedLogProb() {
        PlacedRows in = trial.place(x);
        Tensor labels = trial.labels(DType.I64, batch.labels());
        SelectedLogProb op = trial.ops().selectedLogProb(SelectedLogProbOptions.defaults(), Axis.LAST);
        SelectedLogProbResult result = trial.keep(op.forward(in.tensor(), labels, trial.stream()));
        comparison.numbers(
                Op.SELECTED_LOG_PROB.method("forward"),
                result.logProbs(),
                n -> LogProbReference.selectedLogProb(x[n], batch.label(n)),
                n -> LogProbReference.selectedLogProbScale(x[n], batch.label(n)),
                n -> -PlainFloat.loss(PlainFloat.row(x[n]), batch.label(n)));

        PlacedRows dx = trial.output(in);
        op.backward(in.tensor(), labels, result, GradScale.ONE, dx.tensor(), trial.stream());
        comparison.rows(
                Op.SELECTED_LOG_PROB.method("backward"),
                dx.read(trial.judge(), Op.SELECTED_LOG_PROB.method("backward")),
                n -> LogProbReference.selectedLogProbBackward(x[n], batch.label(n), 1),
                n -> LogProbReference.selectedLogProbBackwardScale(x[n], batch.label(n), 1),
                n -> PlainFloat.selectedLogProbBackward(PlainFloat.row(x[n]), batch.label(n)));
    }
}
