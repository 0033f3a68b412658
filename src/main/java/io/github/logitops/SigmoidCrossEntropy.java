package io.github.logitops;

import io.github.logitops.base.Arguments;
import io.github.logitops.memory.BinaryTargets;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.Rows;
import io.github.logitops.op.SigmoidCrossEntropyProblem;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Op;
import io.github.logitops.spec.Shape;
import io.github.logitops.spec.SigmoidCrossEntropyOptions;
import java.util.function.Consumer;

/**
 * Sigmoid cross entropy (binary cross entropy of logits), for labels that do not exclude each other: forward, backward, and both at
 * once. Cheap to make, without state, shared by threads.
 *
 * <p>An element with logit x and target t, of a class with positive weight p and with element weight w, has
 *
 * <pre>
 * loss     = w (a log(1 + exp(x)) + b log(1 + exp(-x)))          a = 1 - t',  b = p t',  t' = (1 - s) t + s / 2
 * gradient = g w (a sigmoid(x) - b sigmoid(-x))
 * </pre>
 *
 * with the label smoothing s: without weights and smoothing max(x, 0) - x t + log(1 + exp(-|x|)). MEAN divides both by the number of
 * elements that are not ignored. The project's {@code docs/maths.md} says how this is the cross entropy of softmax([0, x]).
 *
 * <p><i>Shapes</i>: logits, targets, element weights and gradient have one shape of rank 1 or more and one floating dtype, with any row
 * strides. Along the axis lie the classes, which matters for positive weights alone. Losses have the arithmetic dtype: F64 with F64
 * logits, else F32. <i>Waits</i>: the tensor forms wait for nothing; those that take a result allocate nothing either.
 *
 * <p><i>Edges</i>: an element whose target is ignored has loss 0 and gradient 0, whatever its logit is. Of the others a NaN makes loss
 * and gradient NaN. An infinite logit costs nothing if its target is on that side, and +inf if any of it is on the other. What has
 * weight 0, be it a, b or w, adds nothing, whatever it multiplies.
 *
 * <p><i>Numerics</i>: both terms of a loss are of one sign, so that nothing cancels, and no exponential overflows
 * ({@code docs/numerics.md}). Sums are in double, in an order that depends on the shape alone.
 */
public final class SigmoidCrossEntropy {
    private static final String OP = Op.SIGMOID_CROSS_ENTROPY.callName();
    private static final String FORWARD = Op.SIGMOID_CROSS_ENTROPY.method("forward");
    private static final String BACKWARD = Op.SIGMOID_CROSS_ENTROPY.method("backward");
    private static final String FORWARD_BACKWARD = Op.SIGMOID_CROSS_ENTROPY.method("forwardBackward");

    private final Session session;
    private final SigmoidCrossEntropyOptions options;
    private final Axis axis;

    SigmoidCrossEntropy(Session session, SigmoidCrossEntropyOptions options, Axis axis) {
        this.session = session;
        this.options = Arguments.notNull(OP, "options", options);
        this.axis = Arguments.notNull(OP, "axis", axis);
    }

    /** The numbers of this sigmoid cross entropy. */
    public SigmoidCrossEntropyOptions options() {
        return options;
    }

    /**
     * An empty result for logits of this dtype and shape, to be filled again and again. Close it.
     *
     * @param stream where its first op will run
     */
    public SigmoidCrossEntropyResult newResult(DType logits, Shape shape, Stream stream) {
        Arguments.notNull(OP, "stream", stream);
        ResultShape.of(OP, logits, shape, axis);
        return SigmoidCrossEntropyResult.make(OP, session, logits, shape, options, stream);
    }

    /** As {@link #forward(Tensor, BinaryTargets, SigmoidCrossEntropyResult, Stream)}, into a new result. Close it. */
    public SigmoidCrossEntropyResult forward(Tensor logits, BinaryTargets targets, Stream stream) {
        SigmoidCrossEntropyProblem.Inputs inputs = inputs(FORWARD, logits, targets);
        return fillNew(inputs, stream, result -> forward(inputs, result, stream));
    }

    /**
     * The loss, or the losses of elements, into {@code result}.
     *
     * @throws IllegalArgumentException if shapes, dtypes or the axis are not as the class says
     * @throws IllegalStateException if a tensor, the result or the stream is closed
     */
    public void forward(Tensor logits, BinaryTargets targets, SigmoidCrossEntropyResult result, Stream stream) {
        forward(inputs(FORWARD, logits, targets), result, stream);
    }

    /**
     * The gradient with respect to the logits.
     *
     * <p><i>Aliasing</i>: the gradient may be the logits, which it then replaces; otherwise it must overlap no input.
     *
     * @param logits the forward op's, and so are targets and weights
     * @param result what the forward op filled: how many elements count is read
     * @param gradScale what the gradient is multiplied by before rounding: a number, or where the reduction is NONE a factor for each
     *     element, of the logits' shape
     * @throws IllegalArgumentException if shapes, dtypes, the axis or the aliasing are not as said
     * @throws IllegalStateException if no op has filled the result, or a tensor, the result or the stream is closed
     */
    public void backward(
            Tensor logits,
            BinaryTargets targets,
            SigmoidCrossEntropyResult result,
            GradScale gradScale,
            Tensor gradient,
            Stream stream) {
        SigmoidCrossEntropyProblem.Inputs inputs = inputs(BACKWARD, logits, targets);
        requireMadeFor(inputs, result);
        result.streams().requireFilled(BACKWARD);
        Rows dx = Rows.of(BACKWARD, "gradient", gradient, axis);
        session.run(
                new SigmoidCrossEntropyProblem.Backward(inputs, result.buffers(), gradScale, dx),
                result.streams(),
                stream);
    }

    /**
     * As {@link #forwardBackward(Tensor, BinaryTargets, GradScale, Tensor, SigmoidCrossEntropyResult, Stream)}, without a scale, into a
     * new result. Close it.
     */
    public SigmoidCrossEntropyResult forwardBackward(
            Tensor logits, BinaryTargets targets, Tensor gradient, Stream stream) {
        SigmoidCrossEntropyProblem.Inputs inputs = inputs(FORWARD_BACKWARD, logits, targets);
        return fillNew(inputs, stream, result -> forwardBackward(inputs, GradScale.ONE, gradient, result, stream));
    }

    /**
     * Loss and gradient at once: what {@link #forward(Tensor, BinaryTargets, SigmoidCrossEntropyResult, Stream)} leaves into
     * {@code result}, and the gradient with respect to the logits into {@code gradient}. Looks at each element once; at targets once
     * before, where a MEAN ignores some.
     *
     * <p><i>Aliasing</i>: the gradient may be the logits, which it then replaces; otherwise it must overlap no input.
     *
     * @param gradScale what the gradient is multiplied by before rounding: a number, or where the reduction is NONE a factor for each
     *     element, of the logits' shape. The loss is not.
     * @throws IllegalArgumentException if shapes, dtypes, the axis or the aliasing are not as said
     * @throws IllegalStateException if a tensor, the result or the stream is closed
     */
    public void forwardBackward(
            Tensor logits,
            BinaryTargets targets,
            GradScale gradScale,
            Tensor gradient,
            SigmoidCrossEntropyResult result,
            Stream stream) {
        forwardBackward(inputs(FORWARD_BACKWARD, logits, targets), gradScale, gradient, result, stream);
    }

    /**
     * The loss of F32 logits on the host, without padding. Waits.
     *
     * @param positiveWeights a number for each class; or null
     * @param elementWeights a number for each logit; or null
     * @throws IllegalArgumentException if shapes and array lengths do not agree; nothing has run then
     */
    public SigmoidCrossEntropyLoss<float[]> forward(
            float[] logits, float[] targets, float[] positiveWeights, float[] elementWeights, Shape shape) {
        return forward(HostForm.FLOATS, new Arrays<>(logits, targets, positiveWeights, elementWeights), shape);
    }

    /** As {@link #forward(float[], float[], float[], float[], Shape)}, in F64. */
    public SigmoidCrossEntropyLoss<double[]> forward(
            double[] logits, double[] targets, double[] positiveWeights, double[] elementWeights, Shape shape) {
        return forward(HostForm.DOUBLES, new Arrays<>(logits, targets, positiveWeights, elementWeights), shape);
    }

    /** As {@link #forward(float[], float[], float[], float[], Shape)}, without weights. */
    public SigmoidCrossEntropyLoss<float[]> forward(float[] logits, float[] targets, Shape shape) {
        return forward(HostForm.FLOATS, new Arrays<>(logits, targets, null, null), shape);
    }

    /** As {@link #forward(float[], float[], float[], float[], Shape)}, in F64, without weights. */
    public SigmoidCrossEntropyLoss<double[]> forward(double[] logits, double[] targets, Shape shape) {
        return forward(HostForm.DOUBLES, new Arrays<>(logits, targets, null, null), shape);
    }

    /**
     * Loss and gradient of F32 logits on the host, without padding; the arrays are left as they are. Waits.
     *
     * @param positiveWeights a number for each class; or null
     * @param elementWeights a number for each logit; or null
     * @throws IllegalArgumentException if shapes and array lengths do not agree; nothing has run then
     */
    public SigmoidCrossEntropyGradient<float[]> forwardBackward(
            float[] logits,
            float[] targets,
            float[] positiveWeights,
            float[] elementWeights,
            GradScale gradScale,
            Shape shape) {
        Arrays<float[]> arrays = new Arrays<>(logits, targets, positiveWeights, elementWeights);
        return forwardBackward(HostForm.FLOATS, arrays, gradScale, shape);
    }

    /** As {@link #forwardBackward(float[], float[], float[], float[], GradScale, Shape)}, in F64. */
    public SigmoidCrossEntropyGradient<double[]> forwardBackward(
            double[] logits,
            double[] targets,
            double[] positiveWeights,
            double[] elementWeights,
            GradScale gradScale,
            Shape shape) {
        Arrays<double[]> arrays = new Arrays<>(logits, targets, positiveWeights, elementWeights);
        return forwardBackward(HostForm.DOUBLES, arrays, gradScale, shape);
    }

    /** As {@link #forwardBackward(float[], float[], float[], float[], GradScale, Shape)}, without weights and scale. */
    public SigmoidCrossEntropyGradient<float[]> forwardBackward(float[] logits, float[] targets, Shape shape) {
        return forwardBackward(HostForm.FLOATS, new Arrays<>(logits, targets, null, null), GradScale.ONE, shape);
    }

    /** As {@link #forwardBackward(float[], float[], float[], float[], GradScale, Shape)}, without scale. */
    public SigmoidCrossEntropyGradient<float[]> forwardBackward(
            float[] logits, float[] targets, float[] positiveWeights, float[] elementWeights, Shape shape) {
        Arrays<float[]> arrays = new Arrays<>(logits, targets, positiveWeights, elementWeights);
        return forwardBackward(HostForm.FLOATS, arrays, GradScale.ONE, shape);
    }

    /** As {@link #forwardBackward(float[], float[], float[], float[], GradScale, Shape)}, in F64, without weights and scale. */
    public SigmoidCrossEntropyGradient<double[]> forwardBackward(double[] logits, double[] targets, Shape shape) {
        return forwardBackward(HostForm.DOUBLES, new Arrays<>(logits, targets, null, null), GradScale.ONE, shape);
    }

    /** As {@link #forwardBackward(float[], float[], float[], float[], GradScale, Shape)}, in F64, without scale. */
    public SigmoidCrossEntropyGradient<double[]> forwardBackward(
            double[] logits, double[] targets, double[] positiveWeights, double[] elementWeights, Shape shape) {
        Arrays<double[]> arrays = new Arrays<>(logits, targets, positiveWeights, elementWeights);
        return forwardBackward(HostForm.DOUBLES, arrays, GradScale.ONE, shape);
    }

    private SigmoidCrossEntropyProblem.Inputs inputs(String op, Tensor logits, BinaryTargets targets) {
        return SigmoidCrossEntropyProblem.Inputs.of(op, logits, targets, axis, options);
    }

    private void requireMadeFor(SigmoidCrossEntropyProblem.Inputs inputs, SigmoidCrossEntropyResult result) {
        Arguments.notNull(inputs.op(), "result", result)
                .requireMadeFor(inputs.op(), inputs.x().dtype(), inputs.x().shape(), options);
    }

    private void forward(SigmoidCrossEntropyProblem.Inputs inputs, SigmoidCrossEntropyResult result, Stream stream) {
        requireMadeFor(inputs, result);
        session.fill(new SigmoidCrossEntropyProblem.Forward(inputs, result.buffers()), result.streams(), stream);
    }

    private void forwardBackward(
            SigmoidCrossEntropyProblem.Inputs inputs,
            GradScale gradScale,
            Tensor gradient,
            SigmoidCrossEntropyResult result,
            Stream stream) {
        requireMadeFor(inputs, result);
        Rows dx = Rows.of(inputs.op(), "gradient", gradient, axis);
        session.fill(
                new SigmoidCrossEntropyProblem.Fused(inputs, result.buffers(), gradScale, dx),
                result.streams(),
                stream);
    }

    private SigmoidCrossEntropyResult fillNew(
            SigmoidCrossEntropyProblem.Inputs inputs, Stream stream, Consumer<SigmoidCrossEntropyResult> fill) {
        return session.filled(
                inputs.op(),
                stream,
                () -> newResult(inputs.x().dtype(), inputs.x().shape(), stream),
                fill);
    }

    /** What a call on the host is given. */
    private record Arrays<A>(A logits, A targets, A positiveWeights, A elementWeights) {
        BinaryTargets targets(ArrayCall<A> host, Shape shape, Shape classes) {
            return new BinaryTargets(
                    host.in("targets", targets, shape),
                    host.inIfGiven("positiveWeights", positiveWeights, classes),
                    host.inIfGiven("elementWeights", elementWeights, shape));
        }
    }

    private <A> SigmoidCrossEntropyLoss<A> forward(HostForm<A> form, Arrays<A> arrays, Shape shape) {
        Shape classes = Shape.of(ResultShape.of(OP, form.dtype(), shape, axis).classes());
        return ArrayCall.of(session, form, FORWARD, host -> {
            Tensor x = host.in("logits", arrays.logits, shape);
            BinaryTargets targets = arrays.targets(host, shape, classes);
            return SigmoidCrossEntropyLoss.of(host.closing(forward(x, targets, host.stream())), host);
        });
    }

    private <A> SigmoidCrossEntropyGradient<A> forwardBackward(
            HostForm<A> form, Arrays<A> arrays, GradScale gradScale, Shape shape) {
        Shape classes = Shape.of(ResultShape.of(OP, form.dtype(), shape, axis).classes());
        return ArrayCall.of(session, form, FORWARD_BACKWARD, host -> {
            Tensor over = host.over("logits", arrays.logits, shape);
            BinaryTargets targets = arrays.targets(host, shape, classes);
            SigmoidCrossEntropyResult result = host.closing(newResult(over.dtype(), shape, host.stream()));
            forwardBackward(over, targets, gradScale, over, result, host.stream());
            return SigmoidCrossEntropyGradient.of(result, over, host);
        });
    }
}
