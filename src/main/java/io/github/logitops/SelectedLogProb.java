package io.github.logitops;

import io.github.logitops.base.Arguments;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.ResultBuffers;
import io.github.logitops.op.ResultPart;
import io.github.logitops.op.RowLabels;
import io.github.logitops.op.Rows;
import io.github.logitops.op.SelectedLogProbProblem;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Op;
import io.github.logitops.spec.SelectedLogProbOptions;
import io.github.logitops.spec.Shape;
import java.util.Set;

/**
 * The log-probability that softmax gives to each row's label, log p_y = x_y - logsumexp(x), and its gradient, without the
 * log-probabilities of all the other classes ever being written: what policy gradients of language models are made of. Cheap
 * to make, without state, shared by threads.
 *
 * <p><i>Shapes</i>: logits of any shape and floating dtype, with any row stride; labels, log-probabilities and lse have that
 * shape without the class axis, and no padding. Labels are I32 or I64; log-probabilities and lse have the arithmetic dtype
 * (F64 with F64 logits, else F32). <i>Waits</i>: the tensor forms wait for nothing; those that take a result allocate nothing
 * either.
 *
 * <p><i>Labels</i>: a row whose label is {@code ignoreIndex} has log-probability 0 and gradient 0, whatever its logits hold:
 * nobody looks at them. A label out of range has log-probability NaN and gradient 0, and is thrown by whoever waits
 * ({@link SelectedLogProbResult}); nothing is read or written outside the tensors. The forms on host arrays throw it at once.
 *
 * <p><i>Edges</i>: a row that counts and holds NaN or +inf, or nothing but -inf, has log-probability and gradient NaN. A label
 * whose logit is -inf beside finite ones has log-probability -inf.
 *
 * <p><i>Numerics</i>: errors grow with the distance of the label's logit from the row's maximum, not with the logits
 * themselves, and those of the gradient with neither ({@code docs/numerics.md}).
 */
public final class SelectedLogProb {
    private static final String OP = Op.SELECTED_LOG_PROB.callName();
    private static final String FORWARD = Op.SELECTED_LOG_PROB.method("forward");
    private static final String BACKWARD = Op.SELECTED_LOG_PROB.method("backward");

    private final Session session;
    private final SelectedLogProbOptions options;
    private final Axis axis;

    SelectedLogProb(Session session, SelectedLogProbOptions options, Axis axis) {
        this.session = session;
        this.options = Arguments.notNull(OP, "options", options);
        this.axis = Arguments.notNull(OP, "axis", axis);
    }

    /** The numbers of this op. */
    public SelectedLogProbOptions options() {
        return options;
    }

    /**
     * An empty result for logits of this dtype and shape, to be filled again and again. Close it.
     *
     * @param stream where its first op will run
     */
    public SelectedLogProbResult newResult(DType logits, Shape shape, Stream stream) {
        Arguments.notNull(OP, "stream", stream);
        ResultShape made = ResultShape.of(OP, logits, shape, axis);
        Set<ResultPart> parts = SelectedLogProbProblem.Forward.resultParts();
        ResultBuffers buffers = session.newBuffers(OP, logits, made.rows(), parts, stream);
        return new SelectedLogProbResult(OP, buffers, made.range(options.ignoreIndex()), stream);
    }

    /** As {@link #forward(Tensor, Tensor, SelectedLogProbResult, Stream)}, into a new result. Close it. */
    public SelectedLogProbResult forward(Tensor logits, Tensor labels, Stream stream) {
        Arguments.notNull(FORWARD, "logits", logits);
        return session.filled(
                FORWARD,
                stream,
                () -> newResult(logits.dtype(), logits.shape(), stream),
                result -> forward(logits, labels, result, stream));
    }

    /**
     * The log-probability of each row's label, and the row's log-sum-exp, into {@code result}. Rows that do not count are not
     * read; their lse and statistics are written as 0.
     *
     * @throws IllegalArgumentException if shapes, dtypes or the axis are not as the class says
     * @throws IllegalStateException if a tensor, the result or the stream is closed
     */
    public void forward(Tensor logits, Tensor labels, SelectedLogProbResult result, Stream stream) {
        Arguments.notNull(FORWARD, "result", result);
        SelectedLogProbProblem.Forward problem =
                SelectedLogProbProblem.Forward.of(axis, logits, labels(labels), result.buffers());
        result.requireMadeFor(FORWARD, range(problem.x()));
        session.fill(problem, result.streams(), stream);
    }

    /**
     * gradient_j = g ([j = y] - p_j) along the axis, from the statistics that {@link #forward} on the same inputs left in
     * {@code saved}: one read and one write.
     *
     * <p><i>Aliasing</i>: the gradient may be the logits; otherwise it must overlap no input.
     *
     * @param gradScale g, the upstream gradient: {@link GradScale#perRow} of a tensor like the log-probabilities, or a number
     *     for all rows
     * @throws IllegalArgumentException if shapes, dtypes, the axis or the aliasing are not as said
     * @throws IllegalStateException if a tensor, the result or the stream is closed
     */
    public void backward(
            Tensor logits,
            Tensor labels,
            SelectedLogProbResult saved,
            GradScale gradScale,
            Tensor gradient,
            Stream stream) {
        Arguments.notNull(BACKWARD, "saved", saved);
        SelectedLogProbProblem.Backward problem =
                SelectedLogProbProblem.Backward.of(axis, logits, labels(labels), saved.buffers(), gradScale, gradient);
        saved.requireMadeFor(BACKWARD, range(problem.x()));
        saved.streams().requireFilled(BACKWARD);
        session.run(problem, saved.streams(), stream);
    }

    /**
     * The log-probabilities of F32 logits on the host, without padding, in a new array. Waits.
     *
     * @throws IllegalArgumentException if a label is out of range, or shapes and array lengths do not agree; nothing has run then
     */
    public float[] forward(float[] logits, int[] labels, Shape shape) {
        return forward(HostForm.FLOATS, logits, HostLabels.of(labels), shape);
    }

    /** As {@link #forward(float[], int[], Shape)}, in F64. */
    public double[] forward(double[] logits, int[] labels, Shape shape) {
        return forward(HostForm.DOUBLES, logits, HostLabels.of(labels), shape);
    }

    /** As {@link #forward(float[], int[], Shape)}, with labels of 64 bits. */
    public float[] forward(float[] logits, long[] labels, Shape shape) {
        return forward(HostForm.FLOATS, logits, HostLabels.of(labels), shape);
    }

    /** As {@link #forward(float[], int[], Shape)}, in F64, with labels of 64 bits. */
    public double[] forward(double[] logits, long[] labels, Shape shape) {
        return forward(HostForm.DOUBLES, logits, HostLabels.of(labels), shape);
    }

    /**
     * Forward and backward on F32 host arrays without padding; returns the gradient in a new array. Waits.
     *
     * @param dLogProbs the gradient with respect to the log-probabilities, a number for each row
     * @throws IllegalArgumentException if a label is out of range, or shapes and array lengths do not agree; nothing has run then
     */
    public float[] backward(float[] logits, int[] labels, float[] dLogProbs, Shape shape) {
        return backward(HostForm.FLOATS, logits, HostLabels.of(labels), shape, perRow(dLogProbs));
    }

    /** As {@link #backward(float[], int[], float[], Shape)}, in F64. */
    public double[] backward(double[] logits, int[] labels, double[] dLogProbs, Shape shape) {
        return backward(HostForm.DOUBLES, logits, HostLabels.of(labels), shape, perRow(dLogProbs));
    }

    /** As {@link #backward(float[], int[], float[], Shape)}, with one number for all rows. */
    public float[] backward(float[] logits, int[] labels, GradScale gradScale, Shape shape) {
        return backward(HostForm.FLOATS, logits, HostLabels.of(labels), shape, (host, rows) -> gradScale);
    }

    /** As {@link #backward(float[], int[], float[], Shape)}, with labels of 64 bits. */
    public float[] backward(float[] logits, long[] labels, float[] dLogProbs, Shape shape) {
        return backward(HostForm.FLOATS, logits, HostLabels.of(labels), shape, perRow(dLogProbs));
    }

    /** As {@link #backward(float[], int[], float[], Shape)}, with one number for all rows, with labels of 64 bits. */
    public float[] backward(float[] logits, long[] labels, GradScale gradScale, Shape shape) {
        return backward(HostForm.FLOATS, logits, HostLabels.of(labels), shape, (host, rows) -> gradScale);
    }

    /** As {@link #backward(float[], int[], float[], Shape)}, with one number for all rows, in F64. */
    public double[] backward(double[] logits, int[] labels, GradScale gradScale, Shape shape) {
        return backward(HostForm.DOUBLES, logits, HostLabels.of(labels), shape, (host, rows) -> gradScale);
    }

    /** As {@link #backward(float[], int[], float[], Shape)}, in F64, with labels of 64 bits. */
    public double[] backward(double[] logits, long[] labels, double[] dLogProbs, Shape shape) {
        return backward(HostForm.DOUBLES, logits, HostLabels.of(labels), shape, perRow(dLogProbs));
    }

    /** As {@link #backward(float[], int[], float[], Shape)}, with one number for all rows, in F64, with labels of 64 bits. */
    public double[] backward(double[] logits, long[] labels, GradScale gradScale, Shape shape) {
        return backward(HostForm.DOUBLES, logits, HostLabels.of(labels), shape, (host, rows) -> gradScale);
    }

    private LabelRange range(Rows x) {
        return new LabelRange(x.classes(), options.ignoreIndex());
    }

    private RowLabels labels(Tensor labels) {
        return new RowLabels(labels, options.ignoreIndex());
    }

    private <A> A forward(HostForm<A> form, A logits, HostLabels labels, Shape shape) {
        Shape rows = requireLabels(FORWARD, form, labels, shape);
        return ArrayCall.of(session, form, FORWARD, host -> {
            Tensor x = host.in("logits", logits, shape);
            SelectedLogProbResult result = host.closing(forward(x, host.labels(labels, rows), host.stream()));
            return host.read(result.logProbs());
        });
    }

    private static <A> ArrayCall.Upstream<A> perRow(A dLogProbs) {
        return (host, rows) -> GradScale.perRow(host.in("dLogProbs", dLogProbs, rows));
    }

    private <A> A backward(
            HostForm<A> form, A logits, HostLabels labels, Shape shape, ArrayCall.Upstream<A> gradScale) {
        Shape rows = requireLabels(BACKWARD, form, labels, shape);
        return ArrayCall.of(session, form, BACKWARD, host -> {
            Tensor over = host.over("logits", logits, shape);
            GradScale upstream = gradScale.of(host, rows);
            Tensor y = host.labels(labels, rows);
            SelectedLogProbResult result = host.closing(forward(over, y, host.stream()));
            backward(over, y, result, upstream, over, host.stream());
            return host.read(over);
        });
    }

    /** The shape of the labels, after a look at each. */
    private Shape requireLabels(String call, HostForm<?> form, HostLabels labels, Shape shape) {
        ResultShape made = ResultShape.of(OP, form.dtype(), shape, axis);
        made.requireLabels(OP, call, labels, options.ignoreIndex());
        return made.rows();
    }
}
