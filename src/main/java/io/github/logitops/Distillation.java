package io.github.logitops;

import io.github.logitops.base.Arguments;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.DistillationProblem;
import io.github.logitops.op.ResultBuffers;
import io.github.logitops.op.ResultPart;
import io.github.logitops.op.RowLabels;
import io.github.logitops.op.Rows;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.DistillationOptions;
import io.github.logitops.spec.Op;
import io.github.logitops.spec.Shape;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Knowledge distillation along one axis: how far a student's logits are from a teacher's, and the gradient to the student.
 * Cheap to make, without state, shared by threads.
 *
 * <p>With P = softmax(teacher / T), Q = softmax(student / T), a the hard weight, y the label and f the temperature factor,
 *
 * <pre>
 * loss = a (- log softmax(student)_y) + (1 - a) f D(P, Q)
 * </pre>
 *
 * where D is KL(P || Q), KL(Q || P) or a generalised Jensen-Shannon divergence
 * ({@link io.github.logitops.spec.Divergence}), and f is 1 or T^2 ({@link io.github.logitops.spec.TemperatureFactor}). 0 log 0
 * is 0. The project's {@code docs/maths.md} has the derivation of the gradient.
 *
 * <p><i>Shapes</i>: student, teacher and gradient of one shape and floating dtype, with any row strides; labels and row losses
 * have that shape without the class axis, and no padding. Labels, I32 or I64, may be null where the hard weight is 0: then
 * every row counts. Losses have the arithmetic dtype: F64 with F64 logits, else F32. <i>Waits</i>: the tensor forms wait for
 * nothing; those that take a result allocate nothing either.
 *
 * <p><i>Labels</i>: a row whose label is {@code ignoreIndex} has loss 0 and gradient 0, whatever its logits hold: they are not
 * read. A label out of range has loss NaN and gradient 0 in its row, makes the reduced loss NaN, and is thrown by whoever
 * waits ({@link DistillationResult}), whether or not the hard weight is 0. The forms on host arrays throw it at once.
 *
 * <p><i>Edges</i>: a row that counts, whose teacher or student holds NaN or +inf, or nothing but -inf, has loss and gradient
 * NaN; at a hard weight of 1 the teacher does not matter. KL(P || Q) is +inf, with a finite gradient, where the student gives 0
 * to what the teacher does not; KL(Q || P) where the teacher does, and its gradient is then NaN in the row.
 *
 * <p><i>Numerics</i>: errors grow with distances to the maxima of both rows, not with the logits ({@code docs/numerics.md}).
 */
public final class Distillation extends DistillationOnHost {
    private static final String OP = Op.DISTILLATION.callName();
    private static final String FORWARD = Op.DISTILLATION.method("forward");
    private static final String FORWARD_BACKWARD = Op.DISTILLATION.method("forwardBackward");

    private final Session session;
    private final DistillationOptions options;
    private final Axis axis;

    Distillation(Session session, DistillationOptions options, Axis axis) {
        this.session = session;
        this.options = Arguments.notNull(OP, "options", options);
        this.axis = Arguments.notNull(OP, "axis", axis);
    }

    /** The numbers of this distillation. */
    public DistillationOptions options() {
        return options;
    }

    /**
     * An empty result for logits of this dtype and shape, to be filled again and again. Close it.
     *
     * @param stream where its first op will run
     */
    public DistillationResult newResult(DType logits, Shape shape, Stream stream) {
        Arguments.notNull(OP, "stream", stream);
        ResultShape made = ResultShape.of(OP, logits, shape, axis);
        Set<ResultPart> parts = DistillationProblem.Inputs.resultParts();
        ResultBuffers buffers = session.newBuffers(OP, logits, made.rows(), parts, stream);
        return new DistillationResult(buffers, made.classes(), options, stream);
    }

    /** As {@link #forward(Tensor, Tensor, Tensor, DistillationResult, Stream)}, into a new result. Close it. */
    public DistillationResult forward(Tensor student, Tensor teacher, Tensor labels, Stream stream) {
        DistillationProblem.Inputs inputs = inputs(FORWARD, student, teacher, labels);
        return fillNew(inputs, stream, result -> forward(inputs, result, stream));
    }

    /**
     * Row losses and the loss, into {@code result}.
     *
     * @param labels a class for each row; or null
     * @throws IllegalArgumentException if shapes, dtypes or the axis are not as the class says
     * @throws IllegalStateException if a tensor, the result or the stream is closed
     */
    public void forward(Tensor student, Tensor teacher, Tensor labels, DistillationResult result, Stream stream) {
        forward(inputs(FORWARD, student, teacher, labels), result, stream);
    }

    /**
     * As {@link #forwardBackward(Tensor, Tensor, Tensor, GradScale, Tensor, DistillationResult, Stream)}, without a scale, into
     * a new result. Close it.
     */
    public DistillationResult forwardBackward(
            Tensor student, Tensor teacher, Tensor labels, Tensor gradient, Stream stream) {
        DistillationProblem.Inputs inputs = inputs(FORWARD_BACKWARD, student, teacher, labels);
        return fillNew(inputs, stream, result -> forwardBackward(inputs, GradScale.ONE, gradient, result, stream));
    }

    /**
     * Loss and gradient at once: row losses and the loss into {@code result}, the gradient with respect to the student's
     * logits into {@code gradient}.
     *
     * <p><i>Aliasing</i>: the gradient may be the student's logits, which it then replaces; otherwise it must overlap no input.
     *
     * @param labels a class for each row; or null
     * @param gradScale what the gradient is multiplied by before rounding: a number, or a factor for each row where the
     *     reduction is NONE. The loss is not.
     * @throws IllegalArgumentException if shapes, dtypes, the axis or the aliasing are not as said
     * @throws IllegalStateException if a tensor, the result or the stream is closed
     */
    public void forwardBackward(
            Tensor student,
            Tensor teacher,
            Tensor labels,
            GradScale gradScale,
            Tensor gradient,
            DistillationResult result,
            Stream stream) {
        forwardBackward(inputs(FORWARD_BACKWARD, student, teacher, labels), gradScale, gradient, result, stream);
    }

    private DistillationProblem.Inputs inputs(String op, Tensor student, Tensor teacher, Tensor labels) {
        return new DistillationProblem.Inputs(
                op,
                Rows.of(op, "student", student, axis),
                Rows.of(op, "teacher", teacher, axis),
                RowLabels.orNull(labels, options.ignoreIndex()),
                options);
    }

    private void forward(DistillationProblem.Inputs inputs, DistillationResult result, Stream stream) {
        Arguments.notNull(inputs.op(), "result", result)
                .requireMadeFor(inputs.op(), options, inputs.x().classes());
        session.fill(new DistillationProblem.Forward(inputs, result.buffers()), result.streams(), stream);
    }

    private void forwardBackward(
            DistillationProblem.Inputs inputs,
            GradScale gradScale,
            Tensor gradient,
            DistillationResult result,
            Stream stream) {
        Arguments.notNull(inputs.op(), "result", result)
                .requireMadeFor(inputs.op(), options, inputs.x().classes());
        Rows dx = Rows.of(inputs.op(), "gradient", gradient, axis);
        session.fill(new DistillationProblem.Fused(inputs, result.buffers(), gradScale, dx), result.streams(), stream);
    }

    private DistillationResult fillNew(
            DistillationProblem.Inputs inputs, Stream stream, Consumer<DistillationResult> fill) {
        return session.filled(
                inputs.op(),
                stream,
                () -> newResult(inputs.x().dtype(), inputs.x().shape(), stream),
                fill);
    }

    @Override
    <A> DistillationLoss<A> lossOf(HostForm<A> form, A student, A teacher, HostLabels labels, Shape shape) {
        Shape rows = requireLabels(FORWARD, form, labels, shape);
        return ArrayCall.of(session, form, FORWARD, host -> {
            Tensor x = host.in("student", student, shape);
            Tensor t = host.in("teacher", teacher, shape);
            DistillationResult result = host.closing(forward(x, t, host.labels(labels, rows), host.stream()));
            return DistillationLoss.of(result, host);
        });
    }

    @Override
    <A> DistillationGradient<A> gradientOf(
            HostForm<A> form, A student, A teacher, HostLabels labels, GradScale gradScale, Shape shape) {
        Shape rows = requireLabels(FORWARD_BACKWARD, form, labels, shape);
        return ArrayCall.of(session, form, FORWARD_BACKWARD, host -> {
            Tensor over = host.over("student", student, shape);
            Tensor t = host.in("teacher", teacher, shape);
            Tensor y = host.labels(labels, rows);
            DistillationResult result = host.closing(newResult(over.dtype(), shape, host.stream()));
            forwardBackward(over, t, y, gradScale, over, result, host.stream());
            return DistillationGradient.of(result, over, host);
        });
    }

    /** The shape of the labels, after a look at each if there are any. */
    private Shape requireLabels(String call, HostForm<?> form, HostLabels labels, Shape shape) {
        ResultShape made = ResultShape.of(OP, form.dtype(), shape, axis);
        if (labels != null) {
            made.requireLabels(OP, call, labels, options.ignoreIndex());
        }
        return made.rows();
    }
}
