package io.github.logitops;

import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.LossBuffers;
import io.github.logitops.spec.Arguments;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.RowOutput;
import java.util.ArrayList;
import java.util.List;

/**
 * What a cross entropy left on the device beside gradients. Ops fill it; it may be filled again by later ops,
 * which then needs no new memory. Close it when neither its tensors nor its loss are needed any more.
 *
 * <p>A label out of range is found on the device. Whoever waits first throws it as {@link IllegalArgumentException}, once:
 * {@link #await} and {@link #countedRows} of this result, or the next synchronize, download or close of its stream. If several
 * batches met one before anybody waited, the first is thrown.
 */
public final class CrossEntropyResult implements AutoCloseable {
    static final String OP = "crossEntropy";

    private final LossBuffers buffers;
    private final long classes;
    private final CrossEntropyOptions options;
    private final LabelCheck labels;
    private final ResultStreams streams;

    CrossEntropyResult(LossBuffers buffers, long classes, CrossEntropyOptions options, Stream stream) {
        this.buffers = buffers;
        this.classes = classes;
        this.options = options;
        labels = new LabelCheck(OP, buffers.counts(), classes, options.ignoreIndex());
        streams = new ResultStreams(buffers.lse(), labels, stream);
    }

    /**
     * The reduced loss. Waits until the work on the result's stream is done.
     *
     * @throws IllegalArgumentException if a label was out of range; thrown once, after which the loss reads NaN
     * @throws IllegalStateException if the reduction is NONE (see {@link #rowLosses}), no op has filled this result, or it or
     *     its stream is closed
     */
    public double await() {
        requireReduced();
        return streams.settledNumber(OP, buffers.loss());
    }

    /**
     * What of {@link #await} is z-loss: 0 if the options ask for none. Waits and throws as {@link #await} does.
     */
    public double awaitZLoss() {
        requireReduced();
        return streams.settledNumber(OP, buffers.zLoss());
    }

    /**
     * The number of rows whose label is neither ignored nor out of range; where targets are probabilities, of all rows. Waits
     * and throws as {@link #await} does.
     */
    public long countedRows() {
        return streams.settled(OP, labels::countedRows);
    }

    /**
     * How many counted rows have their largest logit at their label; where targets are probabilities, at the largest of
     * them. Over {@link #countedRows} that is the accuracy. Waits and throws as {@link #await} does.
     *
     * @throws IllegalStateException also if the options do not ask for {@link RowOutput#ARGMAX}
     */
    public long correctRows() {
        requireAsked(buffers.correct(), RowOutput.ARGMAX);
        return streams.settled(OP, labels::stats)[3];
    }

    /**
     * Says that a CUDA graph which was captured from ops on this result was replayed on {@code stream}: the result then holds
     * what the replay found, and labels are looked at again by whoever waits.
     *
     * @throws IllegalStateException if the stream is closed
     */
    public void replayed(Stream stream) {
        streams.replayed(Arguments.notNull(OP, "stream", stream));
    }

    /** The reduced loss on the device: one element of the arithmetic dtype, not written where the reduction is NONE. */
    public Tensor loss() {
        return buffers.loss();
    }

    /** The loss of each row on the device, of the labels' shape and the arithmetic dtype: 0 in ignored rows. */
    public Tensor rowLosses() {
        return buffers.rowLosses();
    }

    /**
     * The log-sum-exp of each row on the device, of the labels' shape and the arithmetic dtype. {@code forward} writes that of
     * every row; {@code forwardBackward} does not read rows that do not count, and writes 0 there.
     */
    public Tensor lse() {
        return buffers.lse();
    }

    /**
     * The z-loss of each row on the device, which its row loss includes, of the labels' shape and the arithmetic dtype: 0 in
     * ignored rows.
     *
     * @throws IllegalStateException if the options have no z-loss
     */
    public Tensor zLosses() {
        if (buffers.zLosses() == null) {
            throw new IllegalStateException("crossEntropy: the options have no z-loss: options=" + options);
        }
        return buffers.zLosses();
    }

    /**
     * The class with the largest logit of each row on the device, I32 of the labels' shape: the lowest among equals; a NaN is
     * the largest. {@code forwardBackward} does not read rows that do not count, and writes -1 there.
     *
     * @throws IllegalStateException if the options do not ask for {@link RowOutput#ARGMAX}
     */
    public Tensor argmax() {
        return requireAsked(buffers.argmax(), RowOutput.ARGMAX);
    }

    /**
     * For each row on the device an I32: 1 if it counts and has its largest logit at its label (at its largest probability
     * where targets are probabilities), else 0.
     *
     * @throws IllegalStateException if the options do not ask for {@link RowOutput#ARGMAX}
     */
    public Tensor correct() {
        return requireAsked(buffers.correct(), RowOutput.ARGMAX);
    }

    /**
     * The entropy of each row's softmax on the device, of the labels' shape and the arithmetic dtype: NaN where the lse is not
     * finite. {@code forwardBackward} does not read rows that do not count, and writes 0 there.
     *
     * @throws IllegalStateException if the options do not ask for {@link RowOutput#ENTROPY}
     */
    public Tensor entropy() {
        return requireAsked(buffers.entropy(), RowOutput.ENTROPY);
    }

    /** Gives the memory back once the work that uses it is done. Waits for nothing. Closing again does nothing. */
    @Override
    public void close() {
        List<Tensor> tensors = new ArrayList<>(buffers.tensors());
        tensors.removeAll(buffers.counts().tensors());
        labels.close(tensors);
    }

    ResultStreams streams() {
        return streams;
    }

    LossBuffers buffers() {
        return buffers;
    }

    /** Refuses ops with other numbers than this result was made for: what it reports later would be wrong. */
    void requireMadeFor(String op, CrossEntropyOptions opOptions, long opClasses) {
        if (!options.equals(opOptions) || classes != opClasses) {
            throw new IllegalArgumentException(op + ": the result was made for another cross entropy: made for classes="
                    + classes + ", " + options + ", used with classes=" + opClasses + ", " + opOptions);
        }
    }

    /** Throws unless a forward op left its statistics here. */
    void requireFilled(String op) {
        streams.requireFilled(op);
    }

    private void requireReduced() {
        if (options.reduction() == Reduction.NONE) {
            throw new IllegalStateException("crossEntropy: no reduced loss, read rowLosses: reduction=NONE");
        }
    }

    private Tensor requireAsked(Tensor tensor, RowOutput output) {
        if (tensor == null) {
            throw new IllegalStateException(
                    "crossEntropy: not among the outputs: asked=" + output + ", outputs=" + options.outputs());
        }
        return tensor;
    }
}
