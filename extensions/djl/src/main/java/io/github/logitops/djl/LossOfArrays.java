package io.github.logitops.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import io.github.logitops.CrossEntropy;
import io.github.logitops.CrossEntropyResult;
import io.github.logitops.HostCall;
import io.github.logitops.LogitOps;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.HostTensor;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.Shape;
import java.util.function.Supplier;

/** Cross entropy of DJL's arrays: as a value, or as what autograd can differentiate. */
final class LossOfArrays {
    private static final String LOSS = "logitOpsLoss";

    private final LogitOps ops;
    private final CrossEntropy crossEntropy;
    private final Axis axis;
    private final double[] weights; // null: 1 each
    private final boolean ofRows;

    LossOfArrays(LogitOps ops, CrossEntropyOptions options, Axis axis, double[] weights) {
        this.ops = ops;
        this.crossEntropy = ops.crossEntropy(options, axis);
        this.axis = axis;
        this.weights = weights;
        this.ofRows = options.reduction() == Reduction.NONE;
    }

    static <T> T notNull(String name, T value) {
        return NDArrays.notNull(LOSS, name, value);
    }

    /** The loss alone, as DJL's accumulators take it: one number, F32, of a batch or of its rows together. */
    NDArray value(NDArray labels, NDArray logits) {
        return closingOthers(() -> {
            double sum = 0;
            for (double loss : new Batch(labels, logits).losses(null)) {
                sum += loss;
            }
            return logits.getManager().create((float) sum);
        });
    }

    /** The loss, with its gradient. */
    NDArray differentiable(NDArray labels, NDArray logits) {
        return closingOthers(() -> {
            Batch batch = new Batch(labels, logits);
            NDArray gradient = batch.newGradient();
            double[] losses = batch.losses(gradient);
            NDArray loss = batch.withGradient(gradient);
            batch.write(losses, loss);
            return loss;
        });
    }

    /** What {@code body} makes, without the arrays that it took to get there. */
    private static NDArray closingOthers(Supplier<NDArray> body) {
        NDArray made;
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            made = body.get();
            NDScope.unregister(made);
        }
        NDScope.register(made); // in the caller's scope, if there is one
        return made;
    }

    /**
     * One call. Its logits are flat, so that they lie one after the other: a view of those given, or a copy if they did not. Those of F16
     * are widened, and so are gradients: autograd rounds them once, after all that comes from above, or loss scaling would scale zeros.
     */
    private final class Batch {
        private final NDArray labels;
        private final NDArray flat;
        private final ai.djl.ndarray.types.Shape extents;
        private final Shape shape;
        private final DType dtype;
        private final boolean onGpu;

        Batch(NDArray labels, NDArray logits) {
            this.labels = labels;
            NDArray given = logits.flatten();
            flat = NDArrays.dtype(logits) != DType.F16
                    ? given
                    : given.mul(given.getManager()
                            .ones(new ai.djl.ndarray.types.Shape(1), DataType.FLOAT32, given.getDevice()));
            extents = logits.getShape();
            shape = NDArrays.shape(logits);
            dtype = NDArrays.dtype(flat);
            onGpu = flat.getDevice().isGpu();
        }

        NDArray newGradient() {
            return flat.getManager().create(flat.getShape(), flat.getDataType(), flat.getDevice());
        }

        /** The reduced loss, or that of each row; and the gradient, if there is a place for it. */
        double[] losses(NDArray gradient) {
            NDArray targets = labels.toDevice(flat.getDevice(), false);
            boolean ofClasses = targets.getShape().equals(extents) && shape.extent(axis.in(shape)) > 1;
            NDArray typed = ofClasses ? targets.toType(flat.getDataType(), false) : wholeNumbers(targets);
            Shape given = NDArrays.shape(targets);
            return losses(typed.flatten(), ofClasses ? given : withoutClasses(given), gradient);
        }

        private double[] losses(NDArray targets, Shape targetShape, NDArray gradient) {
            return ops.onHost(host -> {
                Stream stream = stream(host);
                Tensor x = in(host, flat, shape);
                Tensor y = in(host, targets, targetShape);
                Tensor w = weights == null
                        ? null
                        : host.in(HostTensor.of(weights, dtype.arithmetic(), Shape.of(weights.length)));
                CrossEntropyResult result = host.closing(crossEntropy.newResult(dtype, shape, stream));
                if (gradient == null) {
                    crossEntropy.forward(x, y, w, result, stream);
                } else {
                    Tensor dx = out(host, gradient, shape);
                    crossEntropy.forwardBackward(x, y, w, GradScale.ONE, dx, result, stream);
                }
                return ofRows ? result.rowLosses().downloadDoubles(stream) : new double[] {result.await()};
            });
        }

        private NDArray wholeNumbers(NDArray given) {
            if (given.getDataType() == DataType.INT32 || given.getDataType() == DataType.INT64) {
                return given;
            }
            NDArray whole = given.toType(DataType.INT64, false);
            if (!whole.toType(given.getDataType(), false).contentEquals(given)) {
                throw new IllegalArgumentException(LOSS + ": labels are whole numbers, or probabilities of the logits'"
                        + " shape: dataType=" + labels.getDataType() + ", labels=" + labels.getShape() + ", logits="
                        + extents);
            }
            return whole;
        }

        /** DJL's datasets like to give labels a class axis of one element. */
        private Shape withoutClasses(Shape given) {
            boolean one = given.rank() == shape.rank() && given.extent(axis.in(shape)) == 1;
            return one ? given.without(axis) : given;
        }

        /** An array whose gradient with respect to the logits is this one, times what comes from above; its value does not matter. */
        NDArray withGradient(NDArray gradient) {
            return ofRows ? flat.mul(gradient).reshape(extents).sum(new int[] {axis.in(shape)}) : flat.dot(gradient);
        }

        /** Puts losses where an array has its elements; autograd does not notice. */
        void write(double[] losses, NDArray target) {
            ops.onHost(host -> {
                out(host, target, NDArrays.shape(target)).upload(losses, stream(host));
                return null;
            });
        }

        /** DJL's engine trains on the default stream of a GPU. */
        private Stream stream(HostCall host) {
            return onGpu ? host.closing(ops.wrapStream(0)) : host.stream();
        }

        private Tensor in(HostCall host, NDArray array, Shape as) {
            return onGpu ? wrapped(host, array, as) : host.in(NDArrays.view(array, as));
        }

        private Tensor out(HostCall host, NDArray array, Shape as) {
            return onGpu ? wrapped(host, array, as) : host.out(NDArrays.view(array, as));
        }

        private Tensor wrapped(HostCall host, NDArray array, Shape as) {
            return host.closing(NDArrays.wrap(ops, array, as));
        }
    }
}
