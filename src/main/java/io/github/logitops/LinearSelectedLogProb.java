package io.github.logitops;

import static io.github.logitops.HostForm.DOUBLES;
import static io.github.logitops.HostForm.FLOATS;

import io.github.logitops.base.Arguments;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.LinearGradients;
import io.github.logitops.memory.LinearLayer;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.LinearInputs;
import io.github.logitops.op.LinearSelectedLogProbProblem;
import io.github.logitops.op.ResultBuffers;
import io.github.logitops.op.RowLabels;
import io.github.logitops.op.SelectedLogProbProblem;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Op;
import io.github.logitops.spec.RowChunks;
import io.github.logitops.spec.SelectedLogProbOptions;
import io.github.logitops.spec.Shape;

/**
 * The log-probability of each row's label by logits that a linear layer makes, and its gradient: what policy gradients of language models
 * are made of, where the logits of all tokens have no room. With hidden rows h, weight W and bias b it is {@link SelectedLogProb} of
 * x = W h + b; gradients, shapes, numerics and memory are as {@link LinearCrossEntropy} says. Backward makes the logits once more: of the
 * forward op it needs two numbers a row. Without state, shared by threads; cheap to make, but for the first one of a session on CUDA, which
 * loads cuBLAS.
 *
 * <p><i>Labels</i> and <i>edges</i>: as {@link SelectedLogProb} says; there are no forms on host arrays. <i>Waits</i>: for nothing; with a
 * bias perhaps for a staging buffer, as uploads do. All forms take their workspace from the
 * session, and so cannot be captured in a CUDA graph.
 */
public final class LinearSelectedLogProb {
    private static final String OP = Op.LINEAR_SELECTED_LOG_PROB.callName();
    private static final String FORWARD = Op.LINEAR_SELECTED_LOG_PROB.method("forward");
    private static final String BACKWARD = Op.LINEAR_SELECTED_LOG_PROB.method("backward");

    private final LinearHead head;
    private final SelectedLogProbOptions options;

    LinearSelectedLogProb(Session session, SelectedLogProbOptions options, RowChunks chunks) {
        this.options = Arguments.notNull(OP, "options", options);
        this.head = LinearHead.of(OP, session, chunks);
    }

    /** The numbers of this op. */
    public SelectedLogProbOptions options() {
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
    public SelectedLogProbResult newResult(DType hidden, Shape shape, long classes, Stream stream) {
        ResultShape made = head.resultShape(hidden, shape, classes);
        ResultBuffers buffers = head.session()
                .newBuffers(OP, hidden, made.rows(), SelectedLogProbProblem.Forward.resultParts(), stream);
        return new SelectedLogProbResult(OP, buffers, made.range(options.ignoreIndex()), stream);
    }

    /** As {@link #forward(Tensor, LinearLayer, Tensor, SelectedLogProbResult, Stream)}, into a new result. Close it. */
    public SelectedLogProbResult forward(Tensor hidden, LinearLayer layer, Tensor labels, Stream stream) {
        LinearInputs linear = new LinearInputs(FORWARD, hidden, layer);
        return head.session()
                .filled(
                        FORWARD,
                        stream,
                        () -> newResult(hidden.dtype(), hidden.shape(), linear.classes(), stream),
                        result -> forward(hidden, layer, labels, result, stream));
    }

    /**
     * The log-probability of each row's label, and the row's log-sum-exp, into {@code result}.
     *
     * @throws IllegalArgumentException if shapes or dtypes are not as said
     * @throws IllegalStateException if a tensor, the result or the stream is closed
     */
    public void forward(Tensor hidden, LinearLayer layer, Tensor labels, SelectedLogProbResult result, Stream stream) {
        LinearInputs linear = new LinearInputs(FORWARD, hidden, layer);
        Arguments.notNull(FORWARD, "result", result).requireMadeFor(FORWARD, range(linear));
        LinearSelectedLogProbProblem problem =
                new LinearSelectedLogProbProblem(linear, labels(labels), null, result.buffers(), GradScale.ONE, null);
        head.during(
                linear,
                null,
                stream,
                workspace -> head.session().fill(problem.in(workspace), result.streams(), stream));
    }

    /**
     * The gradients, from what {@link #forward} on the same inputs left in {@code saved}.
     *
     * <p><i>Aliasing</i>: the gradient of the hidden rows may be these, which it then replaces; else gradients overlap nothing.
     *
     * @param gradScale the upstream gradient: {@link GradScale#perRow} of a tensor like the log-probabilities, or a number for all
     *     rows
     * @throws IllegalArgumentException if shapes, dtypes or the aliasing are not as said
     * @throws IllegalStateException if a tensor, the result or the stream is closed, or no op has filled the result
     */
    public void backward(
            Tensor hidden,
            LinearLayer layer,
            Tensor labels,
            SelectedLogProbResult saved,
            GradScale gradScale,
            LinearGradients gradients,
            Stream stream) {
        LinearInputs linear = new LinearInputs(BACKWARD, hidden, layer);
        Arguments.notNull(BACKWARD, "gradients", gradients);
        Arguments.notNull(BACKWARD, "saved", saved).requireMadeFor(BACKWARD, range(linear));
        saved.streams().requireFilled(BACKWARD);
        LinearSelectedLogProbProblem problem =
                new LinearSelectedLogProbProblem(linear, labels(labels), null, saved.buffers(), gradScale, gradients);
        head.during(
                linear,
                gradients,
                stream,
                workspace -> head.session().run(problem.in(workspace), saved.streams(), stream));
    }

    /**
     * The log-probabilities of F32 hidden rows on the host, in a new array. Waits.
     *
     * @param bias null for none
     * @param shape of the hidden rows, [..., features]
     * @param classes how many rows the weight has
     * @throws IllegalArgumentException if a label is out of range, or shapes and array lengths do not agree; nothing has run then
     */
    public float[] forward(float[] hidden, float[] weight, float[] bias, int[] labels, Shape shape, long classes) {
        return logProbsOf(new HostHead<>(FLOATS, hidden, weight, bias, HostLabels.of(labels), shape, classes));
    }

    /** As {@link #forward(float[], float[], float[], int[], Shape, long)}, with labels of 64 bits. */
    public float[] forward(float[] hidden, float[] weight, float[] bias, long[] labels, Shape shape, long classes) {
        return logProbsOf(new HostHead<>(FLOATS, hidden, weight, bias, HostLabels.of(labels), shape, classes));
    }

    /** As {@link #forward(float[], float[], float[], int[], Shape, long)}, in F64. */
    public double[] forward(double[] hidden, double[] weight, double[] bias, int[] labels, Shape shape, long classes) {
        return logProbsOf(new HostHead<>(DOUBLES, hidden, weight, bias, HostLabels.of(labels), shape, classes));
    }

    /** As {@link #forward(float[], float[], float[], int[], Shape, long)}, in F64, with labels of 64 bits. */
    public double[] forward(double[] hidden, double[] weight, double[] bias, long[] labels, Shape shape, long classes) {
        return logProbsOf(new HostHead<>(DOUBLES, hidden, weight, bias, HostLabels.of(labels), shape, classes));
    }

    /**
     * Forward and backward on F32 host arrays; returns the gradients in new arrays. Waits.
     *
     * @param bias null for none
     * @param dLogProbs the gradient with respect to the log-probabilities, a number for each row
     * @param shape of the hidden rows, [..., features]
     * @param classes how many rows the weight has
     * @throws IllegalArgumentException if a label is out of range, or shapes and array lengths do not agree; nothing has run then
     */
    public LinearGradientArrays<float[]> backward(
            float[] hidden, float[] weight, float[] bias, int[] labels, float[] dLogProbs, Shape shape, long classes) {
        return gradientOf(
                new HostHead<>(FLOATS, hidden, weight, bias, HostLabels.of(labels), shape, classes), perRow(dLogProbs));
    }

    /** As {@link #backward(float[], float[], float[], int[], float[], Shape, long)}, with one number for all rows. */
    public LinearGradientArrays<float[]> backward(
            float[] hidden,
            float[] weight,
            float[] bias,
            int[] labels,
            GradScale gradScale,
            Shape shape,
            long classes) {
        return gradientOf(
                new HostHead<>(FLOATS, hidden, weight, bias, HostLabels.of(labels), shape, classes),
                (host, rows) -> gradScale);
    }

    /** As {@link #backward(float[], float[], float[], int[], float[], Shape, long)}, with labels of 64 bits. */
    public LinearGradientArrays<float[]> backward(
            float[] hidden, float[] weight, float[] bias, long[] labels, float[] dLogProbs, Shape shape, long classes) {
        return gradientOf(
                new HostHead<>(FLOATS, hidden, weight, bias, HostLabels.of(labels), shape, classes), perRow(dLogProbs));
    }

    /** As {@link #backward(float[], float[], float[], int[], float[], Shape, long)}, with one number for all rows, with labels of 64 bits. */
    public LinearGradientArrays<float[]> backward(
            float[] hidden,
            float[] weight,
            float[] bias,
            long[] labels,
            GradScale gradScale,
            Shape shape,
            long classes) {
        return gradientOf(
                new HostHead<>(FLOATS, hidden, weight, bias, HostLabels.of(labels), shape, classes),
                (host, rows) -> gradScale);
    }

    /** As {@link #backward(float[], float[], float[], int[], float[], Shape, long)}, in F64. */
    public LinearGradientArrays<double[]> backward(
            double[] hidden,
            double[] weight,
            double[] bias,
            int[] labels,
            double[] dLogProbs,
            Shape shape,
            long classes) {
        return gradientOf(
                new HostHead<>(DOUBLES, hidden, weight, bias, HostLabels.of(labels), shape, classes),
                perRow(dLogProbs));
    }

    /** As {@link #backward(float[], float[], float[], int[], float[], Shape, long)}, with one number for all rows, in F64. */
    public LinearGradientArrays<double[]> backward(
            double[] hidden,
            double[] weight,
            double[] bias,
            int[] labels,
            GradScale gradScale,
            Shape shape,
            long classes) {
        return gradientOf(
                new HostHead<>(DOUBLES, hidden, weight, bias, HostLabels.of(labels), shape, classes),
                (host, rows) -> gradScale);
    }

    /** As {@link #backward(float[], float[], float[], int[], float[], Shape, long)}, in F64, with labels of 64 bits. */
    public LinearGradientArrays<double[]> backward(
            double[] hidden,
            double[] weight,
            double[] bias,
            long[] labels,
            double[] dLogProbs,
            Shape shape,
            long classes) {
        return gradientOf(
                new HostHead<>(DOUBLES, hidden, weight, bias, HostLabels.of(labels), shape, classes),
                perRow(dLogProbs));
    }

    /** As {@link #backward(float[], float[], float[], int[], float[], Shape, long)}, with one number for all rows, in F64, with labels of 64 bits. */
    public LinearGradientArrays<double[]> backward(
            double[] hidden,
            double[] weight,
            double[] bias,
            long[] labels,
            GradScale gradScale,
            Shape shape,
            long classes) {
        return gradientOf(
                new HostHead<>(DOUBLES, hidden, weight, bias, HostLabels.of(labels), shape, classes),
                (host, rows) -> gradScale);
    }

    private static <A> ArrayCall.Upstream<A> perRow(A dLogProbs) {
        return (host, rows) -> GradScale.perRow(host.in("dLogProbs", dLogProbs, rows));
    }

    private <A> A logProbsOf(HostHead<A> given) {
        Shape rows = given.requireLabels(OP, FORWARD, head, options.ignoreIndex());
        return ArrayCall.of(head.session(), given.form(), FORWARD, host -> {
            Tensor h = host.in("hidden", given.hidden(), given.shape());
            LinearLayer layer = given.layer(host);
            Tensor y = host.labels(given.labels(), rows);
            return host.read(host.closing(forward(h, layer, y, host.stream())).logProbs());
        });
    }

    private <A> LinearGradientArrays<A> gradientOf(HostHead<A> given, ArrayCall.Upstream<A> gradScale) {
        Shape rows = given.requireLabels(OP, BACKWARD, head, options.ignoreIndex());
        return ArrayCall.of(head.session(), given.form(), BACKWARD, host -> {
            Tensor over = host.over("hidden", given.hidden(), given.shape());
            LinearLayer layer = given.layer(host);
            Tensor y = host.labels(given.labels(), rows);
            GradScale upstream = gradScale.of(host, rows);
            SelectedLogProbResult result = host.closing(forward(over, layer, y, host.stream()));
            LinearGradients gradients = given.gradients(host, over, layer);
            backward(over, layer, y, result, upstream, gradients, host.stream());
            return LinearGradientArrays.of(gradients, host);
        });
    }

    private LabelRange range(LinearInputs linear) {
        return new LabelRange(linear.classes(), options.ignoreIndex());
    }

    private RowLabels labels(Tensor labels) {
        return new RowLabels(labels, options.ignoreIndex());
    }
}
