package io.github.logitops;

import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.GradScale;
import io.github.logitops.op.ResultTotals;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.RowOutput;
import io.github.logitops.spec.Shape;

/** {@link CrossEntropy} on host arrays without padding, by way of tensors. */
record HostCrossEntropy<A>(HostForm<A> form, LogitOps ops, CrossEntropy loss, Axis axis) {
    /** Targets on the host. */
    interface Targets {
        /** A new tensor of them. */
        Tensor upload(Stream stream);
    }

    CrossEntropyLoss<A> forward(String op, A logits, Targets targets, A weights, Shape shape) {
        return ops.onOwnStream(stream -> {
            try (Tensor x = form.upload(ops, op, "logits", logits, shape, stream);
                    Tensor y = targets.upload(stream);
                    Tensor w = weights(op, weights, shape, stream);
                    CrossEntropyResult result = loss.forward(x, y, w, stream)) {
                ResultTotals.Values totals = result.awaitTotals();
                return new CrossEntropyLoss<>(
                        reduced(totals.loss()),
                        reduced(totals.zLoss()),
                        form.down().apply(result.rowLosses(), stream),
                        form.down().apply(result.lse(), stream),
                        totals.countedRows(),
                        argmax(result, stream),
                        asked(RowOutput.ARGMAX) ? totals.correctRows() : 0,
                        entropy(result, stream));
            }
        });
    }

    CrossEntropyGradient<A> forwardBackward(
            String op, A logits, Targets targets, A weights, GradScale gradScale, Shape shape) {
        return ops.onOwnStream(stream -> {
            try (Tensor x = form.upload(ops, op, "logits", logits, shape, stream);
                    Tensor y = targets.upload(stream);
                    Tensor w = weights(op, weights, shape, stream);
                    CrossEntropyResult result = loss.newResult(x.dtype(), shape, stream)) {
                loss.forwardBackward(x, y, w, gradScale, x, result, stream);
                ResultTotals.Values totals = result.awaitTotals();
                return new CrossEntropyGradient<>(
                        reduced(totals.loss()),
                        reduced(totals.zLoss()),
                        form.down().apply(result.rowLosses(), stream),
                        form.down().apply(x, stream),
                        totals.countedRows(),
                        argmax(result, stream),
                        asked(RowOutput.ARGMAX) ? totals.correctRows() : 0,
                        entropy(result, stream));
            }
        });
    }

    /** Labels, after a look at each. */
    Targets labels(String op, int[] labels, Shape shape) {
        ResultShape made = ResultShape.of(op, form.dtype(), shape, axis);
        made.requireLabels(CrossEntropyResult.OP, op, labels, loss.options().ignoreIndex());
        return stream -> ops.labels(labels, made.rows(), stream);
    }

    Targets probabilities(String op, A probabilities, Shape shape) {
        return stream -> form.upload(ops, op, "targets", probabilities, shape, stream);
    }

    private Tensor weights(String op, A weights, Shape shape, Stream stream) {
        Shape classes = Shape.of(shape.extent(axis.in(shape)));
        return weights == null ? null : form.upload(ops, op, "weights", weights, classes, stream);
    }

    private boolean asked(RowOutput output) {
        return loss.options().outputs().contains(output);
    }

    private double reduced(double number) {
        return loss.options().reduction() == Reduction.NONE ? Double.NaN : number;
    }

    private int[] argmax(CrossEntropyResult result, Stream stream) {
        if (!asked(RowOutput.ARGMAX)) {
            return null;
        }
        int[] argmax = new int[(int) result.argmax().shape().elements()];
        result.argmax().download(argmax, stream);
        return argmax;
    }

    private A entropy(CrossEntropyResult result, Stream stream) {
        return asked(RowOutput.ENTROPY) ? form.down().apply(result.entropy(), stream) : null;
    }
}
