package io.github.logitops.cli.check;

import io.github.logitops.LogitOps;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.reference.SigmoidReference;
import io.github.logitops.reference.SoftmaxReference;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.Op;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Softmax, log-softmax, sigmoid or log-sigmoid, forward and backward, beside what the oracle calls by the same name.
 *
 * @param byElements whether each element is a row of its own
 */
record ActivationCheck(
        Op op,
        boolean byElements,
        Forward forward,
        Backward backward,
        UnaryOperator<double[]> exactForward,
        UnaryOperator<double[]> forwardScale,
        OfBackward exactBackward,
        OfBackward backwardScale)
        implements OpCheck {

    static final ActivationCheck SOFTMAX = new ActivationCheck(
            Op.SOFTMAX,
            false,
            (ops, axis, x, y, stream) -> ops.softmax(axis).forward(x, y, stream),
            (ops, axis, y, dy, scale, dx, stream) -> ops.softmax(axis).backward(y, dy, scale, dx, stream),
            SoftmaxReference::softmax,
            SoftmaxReference::softmaxScale,
            SoftmaxReference::softmaxBackward,
            SoftmaxReference::softmaxBackwardScale);

    static final ActivationCheck LOG_SOFTMAX = new ActivationCheck(
            Op.LOG_SOFTMAX,
            false,
            (ops, axis, x, y, stream) -> ops.logSoftmax(axis).forward(x, y, stream),
            (ops, axis, y, dy, scale, dx, stream) -> ops.logSoftmax(axis).backward(y, dy, scale, dx, stream),
            SoftmaxReference::logSoftmax,
            SoftmaxReference::logSoftmaxScale,
            SoftmaxReference::logSoftmaxBackward,
            SoftmaxReference::logSoftmaxBackwardScale);

    static final ActivationCheck SIGMOID = new ActivationCheck(
            Op.SIGMOID,
            true,
            (ops, axis, x, y, stream) -> ops.sigmoid().forward(x, y, stream),
            (ops, axis, y, dy, scale, dx, stream) -> ops.sigmoid().backward(y, dy, scale, dx, stream),
            SigmoidReference::sigmoid,
            SigmoidReference::sigmoidScale,
            SigmoidReference::sigmoidBackward,
            SigmoidReference::sigmoidBackwardScale);

    static final ActivationCheck LOG_SIGMOID = new ActivationCheck(
            Op.LOG_SIGMOID,
            true,
            (ops, axis, x, y, stream) -> ops.logSigmoid().forward(x, y, stream),
            (ops, axis, y, dy, scale, dx, stream) -> ops.logSigmoid().backward(y, dy, scale, dx, stream),
            SigmoidReference::logSigmoid,
            SigmoidReference::logSigmoidScale,
            SigmoidReference::logSigmoidBackward,
            SigmoidReference::logSigmoidBackwardScale);

    static final List<OpCheck> ALL = List.of(SOFTMAX, LOG_SOFTMAX, SIGMOID, LOG_SIGMOID);

    private static final double GRAD_SCALE = 256;

    interface Forward {
        void run(LogitOps ops, Axis axis, Tensor x, Tensor y, Stream stream);
    }

    interface Backward {
        void run(LogitOps ops, Axis axis, Tensor y, Tensor dy, GradScale gradScale, Tensor dx, Stream stream);
    }

    interface OfBackward {
        double[] of(double[] y, double[] dy, double gradScale);
    }

    @Override
    public List<Attempt> attempts(Case what) {
        return List.of(this::check);
    }

    private void check(Trial trial) {
        Judge judge = trial.judge();
        Axis axis = trial.what().axis();
        PlacedRows x = trial.logits();
        PlacedRows out = trial.output(x);
        forward.run(trial.ops(), axis, x.tensor(), out.tensor(), trial.stream());
        double[][] y = out.read(judge, op.method("forward"));
        for (int n = 0; n < Case.ROWS; n++) {
            double[] row = x.values()[n];
            judge.row(op.method("forward"), "y row " + n, exactForward.apply(row), y[n], forwardScale.apply(row));
        }
        if (out != x) {
            judge.unchanged(op.method("forward"), x);
        }

        PlacedRows dy = trial.gaussians();
        PlacedRows dx = trial.output(dy);
        boolean perRow = trial.what().placement() == Placement.SHIFTED;
        double[] scales = trial.rowScales();
        if (!perRow) {
            Arrays.fill(scales, GRAD_SCALE);
        }
        GradScale gradScale = perRow ? GradScale.perRow(factors(trial, scales)) : GradScale.of(GRAD_SCALE);
        backward.run(trial.ops(), axis, out.tensor(), dy.tensor(), gradScale, dx.tensor(), trial.stream());
        double[][] gradient = dx.read(judge, op.method("backward"));
        for (int n = 0; n < Case.ROWS; n++) {
            double[] exact = exactBackward.of(y[n], dy.values()[n], scales[n]);
            double[] scale = backwardScale.of(y[n], dy.values()[n], scales[n]);
            judge.row(op.method("backward"), "dx row " + n, exact, gradient[n], scale);
        }
        if (dx != dy) {
            judge.unchanged(op.method("backward"), dy);
        }
    }

    /** The tensor of a factor for each row: where elements are rows, for each of theirs. */
    private Tensor factors(Trial trial, double[] ofRows) {
        if (!byElements) {
            return trial.vector(ofRows);
        }
        int classes = trial.what().classes();
        double[] each = new double[Case.ROWS * classes];
        Arrays.setAll(each, i -> ofRows[i / classes]);
        return trial.vector(each, trial.what().layout().shape());
    }
}
