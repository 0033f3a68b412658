package io.github.logitops;

import io.github.logitops.base.Arguments;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.CrossEntropyProblem;
import io.github.logitops.op.Rows;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.ClassShard;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Op;
import io.github.logitops.spec.Shape;
import java.util.function.Consumer;

/**
 * Softmax cross entropy of logits along one axis with class labels or probabilities: loss, gradient, or both at once. Cheap to
 * make, without state, shared by threads.
 *
 * <p>For a row with logits x, logit scale a and soft cap c let z = c tanh(a x / c), or a x without a cap, and p = softmax(z).
 * For class weights w and label smoothing e the target of class j is T_j = w_j ((1 - e) q_j + e / classes), where q is
 * one-hot at the row's label or the given probabilities. With S = sum T_j, L = logsumexp(z) and the z-loss coefficient lambda
 *
 * <pre>
 * loss       = sum T_j (L - z_j) + lambda L²
 * gradient_j = (p_j (S + 2 lambda L) - T_j) a (1 - (z_j / c)²)      times the grad scale
 * </pre>
 *
 * as in PyTorch where it has the option. MEAN divides losses by the sum of the counted labels' weights, or by the number of
 * rows where targets are probabilities, and z-losses by the number of counted rows; so it does their gradients.
 * The project's {@code docs/maths.md} has the derivations.
 *
 * <p><i>Shapes</i>: logits of any shape and floating dtype, with any row stride. Targets are labels, I32 or I64 of that shape
 * without the class axis, or probabilities, of the logits' shape and dtype with any row stride of their own; they need not
 * sum to 1. Row losses, lse and what else there is per row have the shape of labels; weights have one element a class. Losses,
 * lse and weights have the arithmetic dtype: F64 with F64 logits, else F32. Everything but logits, probabilities and the
 * gradient is without padding. Weights may be null: 1 each. <i>Waits</i>: the tensor forms wait for nothing; those that take a
 * result allocate nothing either.
 *
 * <p><i>Labels</i>: a row whose label is {@code ignoreIndex} has loss 0 and gradient 0, whatever its logits hold. A label out of
 * range has loss NaN and gradient 0 in its row, makes the reduced loss NaN, and is thrown by whoever waits
 * ({@link CrossEntropyResult}); nothing is read or written outside the tensors. The forms on host arrays throw it at once.
 *
 * <p><i>Edges</i>, in terms of z: a row that counts and holds NaN or +inf, or nothing but -inf, has loss and gradient NaN.
 * -inf beside finite ones has probability 0; the loss is +inf if its class has a positive target. A soft cap leaves no
 * infinity: -inf becomes -c and counts.
 */
public final class CrossEntropy extends CrossEntropyOnHost {
    private static final String OP = Op.CROSS_ENTROPY.callName();
    private static final String FORWARD = Op.CROSS_ENTROPY.method("forward");
    private static final String BACKWARD = Op.CROSS_ENTROPY.method("backward");
    private static final String FORWARD_BACKWARD = Op.CROSS_ENTROPY.method("forwardBackward");

    private final Session session;
    private final CrossEntropyOptions options;
    private final Axis axis;

    CrossEntropy(Session session, CrossEntropyOptions options, Axis axis) {
        this.session = session;
        this.options = Arguments.notNull(OP, "options", options);
        this.axis = Arguments.notNull(OP, "axis", axis);
    }

    /** The numbers of this cross entropy. */
    public CrossEntropyOptions options() {
        return options;
    }

    /**
     * This cross entropy where the classes are split over devices, for the device that has those from {@code first} on.
     *
     * @param first the class of its first column
     * @param classes how many classes all devices have
     * @throws IllegalArgumentException if {@code first} is none of the classes, or the options ask for outputs, which are not
     *     combined over devices
     */
    public CrossEntropyShard shard(long first, long classes) {
        return new CrossEntropyShard(session, options, axis, new ClassShard(first, classes));
    }

    /**
     * An empty result for logits of this dtype and shape, to be filled again and again. Close it.
     *
     * @param stream where its first op will run
     */
    public CrossEntropyResult newResult(DType logits, Shape shape, Stream stream) {
        Arguments.notNull(OP, "stream", stream);
        ResultShape made = ResultShape.of(OP, logits, shape, axis);
        return CrossEntropyResult.make(OP, session, logits, made, options, stream);
    }

    /** As {@link #forward(Tensor, Tensor, Tensor, Stream)}, without class weights. */
    public CrossEntropyResult forward(Tensor logits, Tensor targets, Stream stream) {
        return forward(logits, targets, null, stream);
    }

    /** As {@link #forward(Tensor, Tensor, Tensor, CrossEntropyResult, Stream)}, into a new result. Close it. */
    public CrossEntropyResult forward(Tensor logits, Tensor targets, Tensor weights, Stream stream) {
        CrossEntropyProblem.Inputs inputs = inputs(FORWARD, logits, targets, weights);
        return fillNew(inputs, stream, result -> forward(inputs, result, stream));
    }

    /**
     * Row losses, log-sum-exps, the loss and what else the options ask for, into {@code result}: one read of the logits.
     *
     * @throws IllegalArgumentException if shapes, dtypes or the axis are not as the class says
     * @throws IllegalStateException if a tensor, the result or the stream is closed
     */
    public void forward(Tensor logits, Tensor targets, Tensor weights, CrossEntropyResult result, Stream stream) {
        forward(inputs(FORWARD, logits, targets, weights), result, stream);
    }

    /** As {@link #backward(Tensor, Tensor, Tensor, CrossEntropyResult, GradScale, Tensor, Stream)}, without a scale. */
    public void backward(
            Tensor logits, Tensor targets, Tensor weights, CrossEntropyResult saved, Tensor gradient, Stream stream) {
        backward(logits, targets, weights, saved, GradScale.ONE, gradient, stream);
    }

    /**
     * The gradient with respect to the logits, from the log-sum-exps and sums of targets that {@code forward} on the same
     * inputs left in {@code saved}: one read and one write.
     *
     * <p><i>Aliasing</i>: the gradient may be the logits; otherwise it must overlap no input.
     *
     * @param gradScale what the gradient is multiplied by before rounding: a number, or a factor for each row where the
     *     reduction is NONE
     * @throws IllegalArgumentException if shapes, dtypes, the axis or the aliasing are not as said
     * @throws IllegalStateException if a tensor, the result or the stream is closed
     */
    public void backward(
            Tensor logits,
            Tensor targets,
            Tensor weights,
            CrossEntropyResult saved,
            GradScale gradScale,
            Tensor gradient,
            Stream stream) {
        CrossEntropyProblem.Inputs inputs = inputs(BACKWARD, logits, targets, weights);
        Arguments.notNull(BACKWARD, "saved", saved)
                .requireMadeFor(BACKWARD, options, inputs.x().classes());
        Rows dx = Rows.of(inputs.op(), "gradient", gradient, axis);
        CrossEntropyProblem.Backward problem = new CrossEntropyProblem.Backward(inputs, saved.buffers(), gradScale, dx);
        saved.streams().requireFilled(BACKWARD);
        session.run(problem, saved.streams(), stream);
    }

    /** As {@link #forwardBackward(Tensor, Tensor, Tensor, Tensor, Stream)}, without class weights. */
    public CrossEntropyResult forwardBackward(Tensor logits, Tensor targets, Tensor gradient, Stream stream) {
        return forwardBackward(logits, targets, null, gradient, stream);
    }

    /**
     * As {@link #forwardBackward(Tensor, Tensor, Tensor, GradScale, Tensor, CrossEntropyResult, Stream)}, without a scale, into
     * a new result. Close it.
     */
    public CrossEntropyResult forwardBackward(
            Tensor logits, Tensor targets, Tensor weights, Tensor gradient, Stream stream) {
        CrossEntropyProblem.Inputs inputs = inputs(FORWARD_BACKWARD, logits, targets, weights);
        return fillNew(inputs, stream, result -> forwardBackward(inputs, GradScale.ONE, gradient, result, stream));
    }

    /**
     * Loss and gradient at once: row losses and the loss into {@code result}, the gradient with respect to the logits into
     * {@code gradient}. Rows that do not count are not looked at; their lse is written as 0.
     *
     * <p><i>Aliasing</i>: the gradient may be the logits, which it then replaces; otherwise it must overlap no input.
     *
     * @param gradScale what the gradient is multiplied by before rounding: a number, or a factor for each row where the
     *     reduction is NONE. The loss is not.
     * @throws IllegalArgumentException if shapes, dtypes, the axis or the aliasing are not as said
     * @throws IllegalStateException if a tensor, the result or the stream is closed
     */
    public void forwardBackward(
            Tensor logits,
            Tensor targets,
            Tensor weights,
            GradScale gradScale,
            Tensor gradient,
            CrossEntropyResult result,
            Stream stream) {
        forwardBackward(inputs(FORWARD_BACKWARD, logits, targets, weights), gradScale, gradient, result, stream);
    }

    private CrossEntropyProblem.Inputs inputs(String op, Tensor logits, Tensor targets, Tensor weights) {
        Rows x = Rows.of(op, "logits", logits, axis);
        return CrossEntropyProblem.Inputs.of(op, x, targets, weights, axis, options, ClassShard.all(x.classes()));
    }

    private void forward(CrossEntropyProblem.Inputs inputs, CrossEntropyResult result, Stream stream) {
        Arguments.notNull(inputs.op(), "result", result)
                .requireMadeFor(inputs.op(), options, inputs.x().classes());
        session.fill(new CrossEntropyProblem.Forward(inputs, result.buffers()), result.streams(), stream);
    }

    private void forwardBackward(
            CrossEntropyProblem.Inputs inputs,
            GradScale gradScale,
            Tensor gradient,
            CrossEntropyResult result,
            Stream stream) {
        Arguments.notNull(inputs.op(), "result", result)
                .requireMadeFor(inputs.op(), options, inputs.x().classes());
        Rows dx = Rows.of(inputs.op(), "gradient", gradient, axis);
        session.fill(new CrossEntropyProblem.Fused(inputs, result.buffers(), gradScale, dx), result.streams(), stream);
    }

    private CrossEntropyResult fillNew(
            CrossEntropyProblem.Inputs inputs, Stream stream, Consumer<CrossEntropyResult> fill) {
        return session.filled(
                inputs.op(),
                stream,
                () -> newResult(inputs.x().dtype(), inputs.x().shape(), stream),
                fill);
    }

    @Override
    <A> CrossEntropyLoss<A> lossOf(HostForm<A> form, A logits, HostTargets<A> targets, A weights, Shape shape) {
        ResultShape made = requireTargets(FORWARD, form, targets, shape);
        return ArrayCall.of(session, form, FORWARD, host -> {
            Tensor x = host.in("logits", logits, shape);
            Tensor y = host.targets(targets, made.rows(), shape);
            Tensor w = host.inIfGiven("weights", weights, Shape.of(made.classes()));
            return CrossEntropyLoss.of(host.closing(forward(x, y, w, host.stream())), host);
        });
    }

    @Override
    <A> CrossEntropyGradient<A> gradientOf(
            HostForm<A> form, A logits, HostTargets<A> targets, A weights, GradScale gradScale, Shape shape) {
        ResultShape made = requireTargets(FORWARD_BACKWARD, form, targets, shape);
        return ArrayCall.of(session, form, FORWARD_BACKWARD, host -> {
            Tensor over = host.over("logits", logits, shape);
            Tensor y = host.targets(targets, made.rows(), shape);
            Tensor w = host.inIfGiven("weights", weights, Shape.of(made.classes()));
            CrossEntropyResult result = host.closing(newResult(over.dtype(), shape, host.stream()));
            forwardBackward(over, y, w, gradScale, over, result, host.stream());
            return CrossEntropyGradient.of(result, over, host);
        });
    }

    /** What there are targets for, after a look at each label. */
    private ResultShape requireTargets(String call, HostForm<?> form, HostTargets<?> targets, Shape shape) {
        ResultShape made = ResultShape.of(call, form.dtype(), shape, axis);
        if (targets.areLabels()) {
            made.requireLabels(OP, call, targets.labels(), options.ignoreIndex());
        }
        return made;
    }
}
