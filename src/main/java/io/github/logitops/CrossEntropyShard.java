package io.github.logitops;

import io.github.logitops.base.Arguments;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.CrossEntropyProblem;
import io.github.logitops.op.RowLabels;
import io.github.logitops.op.Rows;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.ClassShard;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Layout;
import io.github.logitops.spec.Op;
import io.github.logitops.spec.Shape;

/**
 * {@link CrossEntropy} of logits whose classes are split over devices, as one of the devices sees it: its logits are the
 * classes {@code first}, {@code first + 1}, ... of all. Cheap to make, without state, shared by threads.
 *
 * <p>A step has three parts. {@link #forwardPartials} reads this device's logits once and leaves five numbers for each row.
 * The caller gathers those of all devices, in the order of their ranks: one all-gather, which is the caller's. {@link #combine},
 * or {@link #combineProbabilities} where targets are probabilities, makes losses and log-sum-exps of them, on each device the
 * same, and {@link #backward} the gradient of this device's logits.
 *
 * <pre>
 * m = max m_i     L = m + log sum d_i exp(m_i - m)     loss = sum T_j (L - z_j) + lambda L²
 * </pre>
 *
 * <p>with m_i the maximum and d_i the sum of exponentials of shard i; all else is as in {@link CrossEntropy}. <i>Shapes</i>:
 * every device has all labels, in terms of all classes, and the weights of all classes; where targets are probabilities it has
 * those of its own classes. Partials have the arithmetic dtype and the shape [5, rows...]; gathered, [shards, 5, rows...].
 * Everything but logits, probabilities and the gradient is without padding. <i>Waits</i>: for nothing; allocates nothing.
 */
public final class CrossEntropyShard {
    /** Mistakes in a shard are told as those of its cross entropy. */
    private static final String OP = Op.CROSS_ENTROPY.callName();

    private static final String FORWARD = OP + ".forwardPartials";
    private static final String COMBINE = OP + ".combine";
    private static final String COMBINE_PROBABILITIES = OP + ".combineProbabilities";
    private static final String BACKWARD = OP + ".backward";

    private final Session session;
    private final CrossEntropyOptions options;
    private final Axis axis;
    private final ClassShard shard;

    CrossEntropyShard(Session session, CrossEntropyOptions options, Axis axis, ClassShard shard) {
        if (!options.outputs().isEmpty()) {
            throw new IllegalArgumentException(
                    OP + ": outputs are not combined over shards: outputs=" + options.outputs());
        }
        this.session = session;
        this.options = options;
        this.axis = axis;
        this.shard = shard;
    }

    /** Which classes are this device's first and all. */
    public ClassShard shard() {
        return shard;
    }

    /** New partials for logits of this dtype and shape, to be filled again and again. Close them. */
    public Tensor newPartials(DType logits, Shape shape) {
        Shape rows = rows(logits, shape);
        return session.empty(logits.arithmetic(), Layout.dense(CrossEntropyProblem.Partials.shape(rows)));
    }

    /**
     * An empty result for logits of this dtype and shape, to be filled again and again. Close it.
     *
     * @param stream where its first op will run
     */
    public CrossEntropyResult newResult(DType logits, Shape shape, Stream stream) {
        Shape rows = rows(logits, shape);
        Arguments.notNull(OP, "stream", stream);
        return CrossEntropyResult.make(
                Op.CROSS_ENTROPY.callName(), session, logits, new ResultShape(rows, shard.classes()), options, stream);
    }

    /**
     * The sums over this device's classes, into {@code partials}: one read of the logits. Labels are not judged here: that one
     * is out of range is found by {@link #combine}.
     *
     * @param targets labels, or the probabilities of this device's classes
     * @param weights those of all classes, or null for 1 each
     * @throws IllegalArgumentException if shapes, dtypes, the axis or the aliasing are not as said
     * @throws IllegalStateException if a tensor or the stream is closed
     */
    public void forwardPartials(Tensor logits, Tensor targets, Tensor weights, Tensor partials, Stream stream) {
        session.run(new CrossEntropyProblem.Partials(inputs(FORWARD, logits, targets, weights), partials), stream);
    }

    /**
     * Row losses, log-sum-exps and the loss, into {@code result}, of partials whose targets were labels.
     *
     * @param gathered the partials of all devices, one after the other
     * @param labels those that the partials are of
     * @param weights those of all classes, or null for 1 each
     * @throws IllegalArgumentException if there are no labels, or shapes, dtypes or the aliasing are not as said
     * @throws IllegalStateException if a tensor, the result or the stream is closed
     */
    public void combine(Tensor gathered, Tensor labels, Tensor weights, CrossEntropyResult result, Stream stream) {
        if (labels == null) {
            throw new IllegalArgumentException(
                    COMBINE + ": without labels it is combineProbabilities that combines: labels=null");
        }
        combine(COMBINE, gathered, labels, weights, result, stream);
    }

    /**
     * Row losses, log-sum-exps and the loss, into {@code result}, of partials whose targets were probabilities: their weights are
     * in them.
     *
     * @param gathered the partials of all devices, one after the other
     * @throws IllegalArgumentException if shapes, dtypes or the aliasing are not as said
     * @throws IllegalStateException if a tensor, the result or the stream is closed
     */
    public void combineProbabilities(Tensor gathered, CrossEntropyResult result, Stream stream) {
        combine(COMBINE_PROBABILITIES, gathered, null, null, result, stream);
    }

    private void combine(
            String op, Tensor gathered, Tensor labels, Tensor weights, CrossEntropyResult result, Stream stream) {
        Arguments.notNull(op, "result", result).requireMadeFor(op, options, shard.classes());
        RowLabels rowLabels = RowLabels.orNull(labels, options.ignoreIndex());
        int classes = (int) shard.classes();
        CrossEntropyProblem.Combine problem =
                new CrossEntropyProblem.Combine(op, gathered, rowLabels, weights, options, classes, result.buffers());
        session.fill(problem, result.streams(), stream);
    }

    /**
     * The gradient with respect to this device's logits, from what {@link #combine} or {@link #combineProbabilities} left: one read
     * and one write.
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
        Arguments.notNull(BACKWARD, "saved", saved).requireMadeFor(BACKWARD, options, shard.classes());
        Rows dx = Rows.of(BACKWARD, "gradient", gradient, axis);
        CrossEntropyProblem.Backward problem = new CrossEntropyProblem.Backward(inputs, saved.buffers(), gradScale, dx);
        saved.streams().requireFilled(BACKWARD);
        session.run(problem, saved.streams(), stream);
    }

    private CrossEntropyProblem.Inputs inputs(String op, Tensor logits, Tensor targets, Tensor weights) {
        Rows x = Rows.of(op, "logits", logits, axis);
        return CrossEntropyProblem.Inputs.of(op, x, targets, weights, axis, options, shard);
    }

    private Shape rows(DType logits, Shape shape) {
        return ResultShape.of(OP, logits, shape, axis).rows();
    }
}
