package io.github.logitops;

import static io.github.logitops.HostForm.DOUBLES;
import static io.github.logitops.HostForm.FLOATS;

import io.github.logitops.base.Arguments;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.LinearGradients;
import io.github.logitops.memory.LinearLayer;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.LinearCrossEntropyProblem;
import io.github.logitops.op.LinearInputs;
import io.github.logitops.op.RowLabels;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Op;
import io.github.logitops.spec.RowChunks;
import io.github.logitops.spec.Shape;

/**
 * A linear layer and softmax cross entropy in one op: the logits of a language model's head are never there but for a chunk of rows.
 * With hidden rows h, weight W and bias b the logits of a row are
 *
 * <pre>
 * x = W h + b,     and with their gradient g as {@link CrossEntropy} says
 * dh = W^T g       dW = sum over rows of g h^T       db = sum over rows of g
 * </pre>
 *
 * Chunk by chunk, logits are made by a product of matrices, losses and gradient in one pass over them in place, and the gradients by two
 * more products. Memory beside inputs and gradients is what {@link #workspaceBytes} says. Without state, shared by threads; cheap to
 * make, but for the first one of a session on CUDA, which loads cuBLAS.
 *
 * <p><i>Shapes</i>: hidden rows [..., features] of any floating dtype and row stride; the weight [classes, features], the bias
 * [classes] of that dtype. Targets, class weights and results are as {@link CrossEntropy} has them for logits [..., classes] of that
 * dtype. The gradient of the hidden rows has their shape and dtype; those of weight and bias have theirs, or the arithmetic dtype (F32;
 * F64 of F64).
 *
 * <p><i>Numerics</i>: products are summed up in the arithmetic dtype; logits, and their gradient, are rounded to the dtype of the hidden
 * rows. A gradient of weight or bias in F16 or BF16 is rounded after each chunk; with more than one, give it the arithmetic dtype, or
 * have it rounded once: {@link RowChunks#roundingOnce}. An ignored row has gradient 0, and adds 0 h to that of the weight, which is NaN where h is not finite. The same call on the same device
 * gives the same bits; other chunks give others, within the bounds of {@code docs/numerics.md}.
 *
 * <p><i>Waits</i>: the tensor forms wait for nothing; with a bias perhaps for a staging buffer, as uploads do. All of them take their
 * workspace from the session, and so cannot be captured in a CUDA graph.
 */
public final class LinearCrossEntropy {
    private static final String OP = Op.LINEAR_CROSS_ENTROPY.callName();
    private static final String FORWARD = Op.LINEAR_CROSS_ENTROPY.method("forward");
    private static final String FORWARD_BACKWARD = Op.LINEAR_CROSS_ENTROPY.method("forwardBackward");

    private final LinearHead head;
    private final CrossEntropyOptions options;

    LinearCrossEntropy(Session session, CrossEntropyOptions options, RowChunks chunks) {
        this.options = Arguments.notNull(OP, "options", options);
        this.head = LinearHead.of(OP, session, chunks);
    }

    /** The numbers of the cross entropy. */
    public CrossEntropyOptions options() {
        return options;
    }

    /** The bytes that a call on hidden rows of this dtype and shape works in at most, without a bias: all gradients in that dtype. */
    public long workspaceBytes(DType hidden, Shape shape, long classes) {
        return head.workspaceBytes(hidden, shape, classes);
    }

    /**
     * An empty result for hidden rows of this dtype and shape, to be filled again and again. Close it.
     *
     * @param stream where its first op will run
     */
    public CrossEntropyResult newResult(DType hidden, Shape shape, long classes, Stream stream) {
        ResultShape made = head.resultShape(hidden, shape, classes);
        return CrossEntropyResult.make(OP, head.session(), hidden, made, options, stream);
    }

    /** As {@link #forward(Tensor, LinearLayer, Tensor, Tensor, CrossEntropyResult, Stream)}, into a new result. Close it. */
    public CrossEntropyResult forward(Tensor hidden, LinearLayer layer, Tensor targets, Tensor weights, Stream stream) {
        LinearInputs linear = new LinearInputs(FORWARD, hidden, layer);
        return head.session()
                .filled(
                        FORWARD,
                        stream,
                        () -> newResult(hidden.dtype(), hidden.shape(), linear.classes(), stream),
                        result -> forward(hidden, layer, targets, weights, result, stream));
    }

    /**
     * Row losses, log-sum-exps, the loss and what else the options ask for, into {@code result}: one product of matrices for each chunk.
     *
     * @param targets labels or probabilities
     * @param weights of classes; null for 1 each
     * @throws IllegalArgumentException if shapes or dtypes are not as the class says
     * @throws IllegalStateException if a tensor, the result or the stream is closed
     */
    public void forward(
            Tensor hidden,
            LinearLayer layer,
            Tensor targets,
            Tensor weights,
            CrossEntropyResult result,
            Stream stream) {
        LinearInputs linear = new LinearInputs(FORWARD, hidden, layer);
        run(linear, targets, weights, null, GradScale.ONE, null, result, stream);
    }

    /**
     * As {@link #forwardBackward(Tensor, LinearLayer, Tensor, Tensor, GradScale, LinearGradients, CrossEntropyResult, Stream)}, without
     * class weights and scale, into a new result. Close it.
     */
    public CrossEntropyResult forwardBackward(
            Tensor hidden, LinearLayer layer, Tensor targets, LinearGradients gradients, Stream stream) {
        Arguments.notNull(FORWARD_BACKWARD, "gradients", gradients);
        LinearInputs linear = new LinearInputs(FORWARD_BACKWARD, hidden, layer);
        return head.session()
                .filled(
                        FORWARD_BACKWARD,
                        stream,
                        () -> newResult(hidden.dtype(), hidden.shape(), linear.classes(), stream),
                        result -> run(linear, targets, null, null, GradScale.ONE, gradients, result, stream));
    }

    /**
     * Loss and gradients at once: losses into {@code result}, gradients where {@code gradients} says. Logits of rows that do not count
     * are not looked at; their lse is written as 0.
     *
     * <p><i>Aliasing</i>: the gradient of the hidden rows may be these, which it then replaces; else gradients overlap nothing.
     *
     * @param targets labels or probabilities
     * @param weights of classes; null for 1 each
     * @param gradScale what gradients are multiplied by; not the loss
     * @throws IllegalArgumentException if shapes, dtypes or the aliasing are not as said
     * @throws IllegalStateException if a tensor, the result or the stream is closed
     */
    public void forwardBackward(
            Tensor hidden,
            LinearLayer layer,
            Tensor targets,
            Tensor weights,
            GradScale gradScale,
            LinearGradients gradients,
            CrossEntropyResult result,
            Stream stream) {
        Arguments.notNull(FORWARD_BACKWARD, "gradients", gradients);
        LinearInputs linear = new LinearInputs(FORWARD_BACKWARD, hidden, layer);
        run(linear, targets, weights, null, gradScale, gradients, result, stream);
    }

    private void run(
            LinearInputs linear,
            Tensor targets,
            Tensor weights,
            HostLabels knownLabels,
            GradScale gradScale,
            LinearGradients gradients,
            CrossEntropyResult result,
            Stream stream) {
        String op = linear.op();
        Arguments.notNull(op, "result", result).requireMadeFor(op, options, linear.classes());
        boolean areLabels = Arguments.notNull(op, "targets", targets).dtype().isLabel();
        LinearCrossEntropyProblem problem = new LinearCrossEntropyProblem(
                linear,
                areLabels ? new RowLabels(targets, options.ignoreIndex()) : null,
                areLabels ? null : targets,
                weights,
                options,
                knownLabels == null ? null : knownLabels.at(),
                null,
                result.buffers(),
                gradScale,
                gradients);
        head.during(
                linear,
                gradients,
                stream,
                workspace -> head.session().fill(problem.in(workspace), result.streams(), stream));
    }

    /**
     * The loss of F32 hidden rows on the host. Waits.
     *
     * @param bias null for none
     * @param shape of the hidden rows, [..., features]
     * @param classes how many rows the weight has
     * @throws IllegalArgumentException if a label is out of range, or shapes and array lengths do not agree; nothing has run then
     */
    public CrossEntropyLoss<float[]> forward(
            float[] hidden, float[] weight, float[] bias, int[] labels, Shape shape, long classes) {
        return lossOf(new HostHead<>(FLOATS, hidden, weight, bias, HostLabels.of(labels), shape, classes));
    }

    /** As {@link #forward(float[], float[], float[], int[], Shape, long)}, with labels of 64 bits. */
    public CrossEntropyLoss<float[]> forward(
            float[] hidden, float[] weight, float[] bias, long[] labels, Shape shape, long classes) {
        return lossOf(new HostHead<>(FLOATS, hidden, weight, bias, HostLabels.of(labels), shape, classes));
    }

    /** As {@link #forward(float[], float[], float[], int[], Shape, long)}, in F64. */
    public CrossEntropyLoss<double[]> forward(
            double[] hidden, double[] weight, double[] bias, int[] labels, Shape shape, long classes) {
        return lossOf(new HostHead<>(DOUBLES, hidden, weight, bias, HostLabels.of(labels), shape, classes));
    }

    /** As {@link #forward(float[], float[], float[], int[], Shape, long)}, in F64, with labels of 64 bits. */
    public CrossEntropyLoss<double[]> forward(
            double[] hidden, double[] weight, double[] bias, long[] labels, Shape shape, long classes) {
        return lossOf(new HostHead<>(DOUBLES, hidden, weight, bias, HostLabels.of(labels), shape, classes));
    }

    /**
     * Loss and gradients of F32 hidden rows on the host; the arrays are left as they are. Chunks of rows that are all ignored cost no
     * product. Waits.
     *
     * @param bias null for none
     * @param gradScale what gradients are multiplied by; not the loss
     * @param shape of the hidden rows, [..., features]
     * @param classes how many rows the weight has
     * @throws IllegalArgumentException if a label is out of range, or shapes and array lengths do not agree; nothing has run then
     */
    public LinearCrossEntropyGradient<float[]> forwardBackward(
            float[] hidden,
            float[] weight,
            float[] bias,
            int[] labels,
            GradScale gradScale,
            Shape shape,
            long classes) {
        return gradientOf(
                new HostHead<>(FLOATS, hidden, weight, bias, HostLabels.of(labels), shape, classes), gradScale);
    }

    /** As {@link #forwardBackward(float[], float[], float[], int[], GradScale, Shape, long)}, without scale. */
    public LinearCrossEntropyGradient<float[]> forwardBackward(
            float[] hidden, float[] weight, float[] bias, int[] labels, Shape shape, long classes) {
        return gradientOf(
                new HostHead<>(FLOATS, hidden, weight, bias, HostLabels.of(labels), shape, classes), GradScale.ONE);
    }

    /** As {@link #forwardBackward(float[], float[], float[], int[], GradScale, Shape, long)}, with labels of 64 bits. */
    public LinearCrossEntropyGradient<float[]> forwardBackward(
            float[] hidden,
            float[] weight,
            float[] bias,
            long[] labels,
            GradScale gradScale,
            Shape shape,
            long classes) {
        return gradientOf(
                new HostHead<>(FLOATS, hidden, weight, bias, HostLabels.of(labels), shape, classes), gradScale);
    }

    /** As {@link #forwardBackward(float[], float[], float[], int[], GradScale, Shape, long)}, with labels of 64 bits, without scale. */
    public LinearCrossEntropyGradient<float[]> forwardBackward(
            float[] hidden, float[] weight, float[] bias, long[] labels, Shape shape, long classes) {
        return gradientOf(
                new HostHead<>(FLOATS, hidden, weight, bias, HostLabels.of(labels), shape, classes), GradScale.ONE);
    }

    /** As {@link #forwardBackward(float[], float[], float[], int[], GradScale, Shape, long)}, in F64. */
    public LinearCrossEntropyGradient<double[]> forwardBackward(
            double[] hidden,
            double[] weight,
            double[] bias,
            int[] labels,
            GradScale gradScale,
            Shape shape,
            long classes) {
        return gradientOf(
                new HostHead<>(DOUBLES, hidden, weight, bias, HostLabels.of(labels), shape, classes), gradScale);
    }

    /** As {@link #forwardBackward(float[], float[], float[], int[], GradScale, Shape, long)}, in F64, without scale. */
    public LinearCrossEntropyGradient<double[]> forwardBackward(
            double[] hidden, double[] weight, double[] bias, int[] labels, Shape shape, long classes) {
        return gradientOf(
                new HostHead<>(DOUBLES, hidden, weight, bias, HostLabels.of(labels), shape, classes), GradScale.ONE);
    }

    /** As {@link #forwardBackward(float[], float[], float[], int[], GradScale, Shape, long)}, in F64, with labels of 64 bits. */
    public LinearCrossEntropyGradient<double[]> forwardBackward(
            double[] hidden,
            double[] weight,
            double[] bias,
            long[] labels,
            GradScale gradScale,
            Shape shape,
            long classes) {
        return gradientOf(
                new HostHead<>(DOUBLES, hidden, weight, bias, HostLabels.of(labels), shape, classes), gradScale);
    }

    /** As {@link #forwardBackward(float[], float[], float[], int[], GradScale, Shape, long)}, in F64, with labels of 64 bits, without scale. */
    public LinearCrossEntropyGradient<double[]> forwardBackward(
            double[] hidden, double[] weight, double[] bias, long[] labels, Shape shape, long classes) {
        return gradientOf(
                new HostHead<>(DOUBLES, hidden, weight, bias, HostLabels.of(labels), shape, classes), GradScale.ONE);
    }

    private <A> CrossEntropyLoss<A> lossOf(HostHead<A> given) {
        Shape rows = given.requireLabels(OP, FORWARD, head, options.ignoreIndex());
        return ArrayCall.of(head.session(), given.form(), FORWARD, host -> {
            Tensor h = host.in("hidden", given.hidden(), given.shape());
            LinearLayer layer = given.layer(host);
            Tensor y = host.labels(given.labels(), rows);
            return CrossEntropyLoss.of(host.closing(forward(h, layer, y, null, host.stream())), host);
        });
    }

    private <A> LinearCrossEntropyGradient<A> gradientOf(HostHead<A> given, GradScale gradScale) {
        Shape rows = given.requireLabels(OP, FORWARD_BACKWARD, head, options.ignoreIndex());
        return ArrayCall.of(head.session(), given.form(), FORWARD_BACKWARD, host -> {
            Tensor over = host.over("hidden", given.hidden(), given.shape());
            LinearLayer layer = given.layer(host);
            Tensor y = host.labels(given.labels(), rows);
            LinearGradients gradients = given.gradients(host, over, layer);
            CrossEntropyResult result =
                    host.closing(newResult(over.dtype(), given.shape(), given.classes(), host.stream()));
            LinearInputs linear = new LinearInputs(FORWARD_BACKWARD, over, layer);
            run(linear, y, null, given.labels(), gradScale, gradients, result, host.stream());
            return LinearCrossEntropyGradient.of(
                    CrossEntropyLoss.of(result, host), LinearGradientArrays.of(gradients, host));
        });
    }
}
