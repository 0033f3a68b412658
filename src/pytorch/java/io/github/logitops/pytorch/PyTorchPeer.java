package io.github.logitops.pytorch;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.GradientCollector;
import io.github.logitops.cli.bench.Peer;
import io.github.logitops.spec.DType;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * PyTorch's own functions, as DJL calls them: softmax of tensors, {@code cross_entropy_loss} of a module, and its gradient by
 * autograd. Logits and labels are the same tensors in each call. Results are new ones, as PyTorch's are, and closed at once.
 */
public final class PyTorchPeer implements Peer {
    private static final int FLOAT = 6;
    private static final Map<DType, Integer> CODES =
            Map.of(DType.F32, FLOAT, DType.BF16, 15, DType.F16, 5); // PyTorch's own

    private final Engine engine = Engine.getEngine(TorchExpression.ENGINE);

    @Override
    public String provider() {
        return "pytorch";
    }

    @Override
    public String version() {
        return "PyTorch " + engine.getVersion() + " with " + JniUtils.getNumThreads() + " threads by DJL "
                + Engine.getDjlVersion();
    }

    @Override
    public Optional<Call> ready(Task task) {
        return task.work() == Work.LOSS_AND_GRADIENT_OF_ARRAYS || !CODES.containsKey(task.dtype())
                ? Optional.empty()
                : Optional.of(new TorchCall(task));
    }

    private final class TorchCall implements Call {
        private static final int AXIS = 1;

        private final Task task;
        private final NDManager manager = NDManager.newBaseManager(Device.cpu(), TorchExpression.ENGINE);
        private final NDArray logits;
        private final NDArray labels;
        private final PtSymbolBlock function;

        TorchCall(Task task) {
            this.task = task;
            boolean rows = task.inner() == 1;
            Shape perRow = rows ? new Shape(task.outer()) : new Shape(task.outer(), task.inner());
            labels = manager.create(Arrays.stream(task.labels()).asLongStream().toArray(), perRow);
            Shape shape = rows
                    ? new Shape(task.outer(), task.classes())
                    : new Shape(task.outer(), task.classes(), task.inner());
            try (NDArray floats = manager.create(task.logits(), shape)) {
                logits = cast(floats, CODES.get(task.dtype()));
            }
            function = load(
                    switch (task.work()) {
                        case SOFTMAX -> "torch.softmax(x, 1)";
                        case LOG_SOFTMAX -> "torch.log_softmax(x, 1)";
                        default -> "torch.to(torch.cross_entropy_loss(x, y), 6)";
                    });
        }

        private PtSymbolBlock load(String expression) {
            return TorchExpression.load(manager, TorchModule.returning(new TreeSet<>(List.of("x", "y")), expression));
        }

        private NDArray call(PtSymbolBlock module, NDArray x) {
            return IValueUtils.forward(module, new NDList(x, labels), true).get(0);
        }

        /**
         * A copy, as the array that DJL made a tensor of is free with that tensor. By a module, as all that has to do with BF16:
         * DJL's own functions know no such dtype, and end the process.
         */
        private NDArray cast(NDArray x, int code) {
            try (PtSymbolBlock cast = load("torch.to(x, " + code + ", False, True)")) {
                return call(cast, x);
            }
        }

        @Override
        public void run() {
            call().close();
        }

        /** A new tensor, of {@link #manager}. */
        private NDArray call() {
            boolean known = task.dtype() != DType.BF16;
            return switch (task.work()) {
                case SOFTMAX -> known ? logits.softmax(AXIS) : call(function, logits);
                case LOG_SOFTMAX -> known ? logits.logSoftmax(AXIS) : call(function, logits);
                case LOSS -> call(function, logits);
                default -> gradient();
            };
        }

        /** All that autograd makes belongs to a manager of its own, or it would be there until the end. */
        private NDArray gradient() {
            try (NDManager ofCall = manager.newSubManager();
                    GradientCollector recording = engine.newGradientCollector()) {
                NDArray leaf = logits.stopGradient(); // the same memory, without the gradient of the call before
                leaf.attach(ofCall);
                leaf.setRequiresGradient(true);
                recording.backward(call(function, leaf));
                NDArray gradient = leaf.getGradient();
                gradient.attach(manager);
                return gradient;
            }
        }

        @Override
        public float[] result() {
            try (NDArray result = call();
                    NDArray floats = cast(result, FLOAT)) {
                return floats.toFloatArray();
            }
        }

        @Override
        public void close() {
            function.close();
            manager.close();
        }
    }
}
