package io.github.logitops.cli.check;

import io.github.logitops.LogitOps;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.reference.SoftmaxReference;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.Op;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/** Softmax or log-softmax, forward and backward, beside what the oracle calls by the same name. */
record SoftmaxCheck(
        Op op,
        Forward forward,
        Backward backward,
        UnaryOperator<double[]> exactForward,
        UnaryOperator<double[]> forwardScale,
        OfBackward exactBackward,
        OfBackward backwardScale)
        implements OpCheck {

    static final SoftmaxCheck SOFTMAX = new SoftmaxCheck(
            Op.SOFTMAX,
            (ops, axis, x, y, stream) -> ops.softmax(axis).forward(x, y, stream),
            (ops, axis, y, dy, scale, dx, stream) -> ops.softmax(axis).backward(y, dy, scale, dx, stream),
            SoftmaxReference::softmax,
            SoftmaxReference::softmaxScale,
            SoftmaxReference::softmaxBackward,
            SoftmaxReference::softmaxBackwardScale);

    static final SoftmaxCheck LOG_SOFTMAX = new SoftmaxCheck(
            Op.LOG_SOFTMAX,
            (ops, axis, x, y, stream) -> ops.logSoftmax(axis).forward(x, y, stream),
            (ops, axis, y, dy, scale, dx, stream) -> ops.logSoftmax(axis).backward(y, dy, scale, dx, stream),
            SoftmaxReference::logSoftmax,
            SoftmaxReference::logSoftmaxScale,
            SoftmaxReference::logSoftmaxBackward,
            SoftmaxReference::logSoftmaxBackwardScale);

    static final List<OpCheck> ALL = List.of(SOFTMAX, LOG_SOFTMAX);

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
        GradScale gradScale = perRow ? GradScale.perRow(trial.vector(scales)) : GradScale.of(GRAD_SCALE);
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
}
