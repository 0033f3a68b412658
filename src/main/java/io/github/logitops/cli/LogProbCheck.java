package io.github.logitops.cli;

import io.github.logitops.Entropy;
import io.github.logitops.LogSumExp;
import io.github.logitops.LogitOps;
import io.github.logitops.SelectedLogProb;
import io.github.logitops.SelectedLogProbResult;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.GradScale;
import io.github.logitops.reference.LogProbReference;
import io.github.logitops.reference.SoftmaxReference;
import io.github.logitops.reference.Tolerance;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.SelectedLogProbOptions;
import io.github.logitops.spec.Shape;
import java.util.Arrays;

/** Holds the ops with one number for each row against the oracle: log-sum-exp, entropy, selected log-probability. */
final class LogProbCheck {
    private static final double GRAD_SCALE = 256;

    private final LogitOps ops;
    private final CheckTable table;
    private final Stream stream;
    private final Tensor logits;
    private final double[][] x; // the same, on the host
    private final Tensor gradient;

    /**
     * A check on these logits.
     *
     * @param x what the tensor holds, by row
     * @param gradient a tensor like the logits, to be written over
     */
    LogProbCheck(LogitOps ops, CheckTable table, Stream stream, Tensor logits, double[][] x, Tensor gradient) {
        this.ops = ops;
        this.table = table;
        this.stream = stream;
        this.logits = logits;
        this.x = x;
        this.gradient = gradient;
    }

    void run(int[] labels) {
        Shape rows = Shape.of(x.length);
        DType arithmetic = logits.dtype().arithmetic();
        try (Tensor value = ops.empty(arithmetic, rows);
                Tensor lse = ops.empty(arithmetic, rows);
                Tensor y = ops.labels(labels, stream)) {
            logSumExp(lse);
            entropy(value, lse);
            selectedLogProb(y, labels);
        }
    }

    private void logSumExp(Tensor lse) {
        LogSumExp op = ops.logSumExp();
        op.forward(logits, lse, stream);
        values(
                "logSumExp.forward",
                lse,
                n -> SoftmaxReference.logSumExp(x[n]),
                n -> SoftmaxReference.logSumExpScale(x[n]));
        op.backward(logits, lse, GradScale.of(GRAD_SCALE), gradient, stream);
        gradients(
                "logSumExp.backward",
                n -> LogProbReference.logSumExpBackward(x[n], GRAD_SCALE),
                n -> LogProbReference.logSumExpBackwardScale(x[n]));
    }

    private void entropy(Tensor value, Tensor lse) {
        Entropy op = ops.entropy();
        op.forward(logits, value, lse, stream);
        values("entropy.forward", value, n -> LogProbReference.entropy(x[n]), n -> LogProbReference.entropyScale(x[n]));
        op.backward(logits, value, lse, GradScale.of(GRAD_SCALE), gradient, stream);
        gradients(
                "entropy.backward",
                n -> LogProbReference.entropyBackward(x[n], GRAD_SCALE),
                n -> LogProbReference.entropyBackwardScale(x[n]));
    }

    private void selectedLogProb(Tensor y, int[] labels) {
        SelectedLogProb op = ops.selectedLogProb(SelectedLogProbOptions.defaults());
        try (SelectedLogProbResult result = op.forward(logits, y, stream)) {
            values(
                    "selectedLogProb.forward",
                    result.logProbs(),
                    n -> LogProbReference.selectedLogProb(x[n], labels[n]),
                    n -> LogProbReference.selectedLogProbScale(x[n], labels[n]));
            op.backward(logits, y, result, GradScale.of(GRAD_SCALE), gradient, stream);
            gradients(
                    "selectedLogProb.backward",
                    n -> LogProbReference.selectedLogProbBackward(x[n], labels[n], GRAD_SCALE),
                    n -> LogProbReference.selectedLogProbBackwardScale(x[n], labels[n]));
        }
    }

    private interface RowNumber {
        double of(int row);
    }

    private interface RowGradient {
        double[] of(int row);
    }

    private void values(String op, Tensor actual, RowNumber exact, RowNumber scale) {
        double[] values = actual.downloadDoubles(stream);
        for (int n = 0; n < x.length; n++) {
            table.addLoss(op, logits.dtype(), exact.of(n), values[n], scale.of(n));
        }
    }

    private void gradients(String op, RowGradient exact, RowNumber scale) {
        double[] flat = gradient.downloadDoubles(stream);
        for (int n = 0; n < x.length; n++) {
            int classes = x[n].length;
            double[] actual = Arrays.copyOfRange(flat, n * classes, (n + 1) * classes);
            double saved = LogProbReference.savedLse(SoftmaxReference.logSumExp(x[n]));
            double scaled = scale.of(n) * GRAD_SCALE * saved;
            table.add(op, Tolerance.GRADIENT, logits.dtype(), exact.of(n), actual, scaled);
        }
    }
}
