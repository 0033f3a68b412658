package io.github.logitops;

import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.CrossEntropyProblem;
import io.github.logitops.op.ResultBuffers;
import io.github.logitops.op.ResultPart;
import io.github.logitops.op.ResultTotals;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.RowOutput;
import java.util.Arrays;
import java.util.Set;

/**
 * What a cross entropy left on the device beside gradients. Ops fill it; it may be filled again by later ops,
 * which then needs no new memory. Close it when neither its tensors nor its loss are needed any more.
 *
 * <p>A label out of range is found on the device. Whoever waits first throws it as {@link IllegalArgumentException}, once:
 * {@link #await} and {@link #countedRows} of this result, or the next synchronize, download or close of its stream. If several
 * batches met one before anybody waited, the first is thrown.
 */
public final class CrossEntropyResult extends LossResult {
    private final CrossEntropyOptions options;
    private final Numbers numbers;

    private CrossEntropyResult(
            String op, ResultBuffers buffers, long classes, CrossEntropyOptions options, Stream stream) {
        super(op, buffers, ResultPart.LSE, new LabelRange(classes, options.ignoreIndex()), options.reduction(), stream);
        this.options = options;
        this.numbers = new Numbers(classes, options);
    }

    /**
     * An empty one.
     *
     * @param op whose it is, in messages
     * @param made for rows of this shape and this many classes
     */
    static CrossEntropyResult make(
            String op, Session session, DType logits, ResultShape made, CrossEntropyOptions options, Stream stream) {
        Set<ResultPart> parts = CrossEntropyProblem.Inputs.resultParts(options);
        ResultBuffers buffers = session.newBuffers(op, logits, made.rows(), parts, stream);
        return new CrossEntropyResult(op, buffers, made.classes(), options, stream);
    }

    private CrossEntropyResult(CrossEntropyResult whole, ResultBuffers buffers) {
        super(whole, buffers);
        this.options = whole.options;
        this.numbers = whole.numbers;
    }

    /**
     * This result for the first {@code count} entries of its rows' outermost dimension, as of a smaller last batch. It shares this one's
     * memory, and is open as long as this is; closing it does nothing. What there is one of for a batch is that of the last op that filled
     * either; what a smaller batch has not filled stays.
     *
     * @throws IllegalArgumentException if there are not as many
     */
    public CrossEntropyResult first(long count) {
        return new CrossEntropyResult(this, buffers().first(count));
    }

    /**
     * What of {@link #await} is z-loss: 0 if the options ask for none. Waits and throws as {@link #await} does.
     */
    public double awaitZLoss() {
        return awaitReduced().zLoss();
    }

    /**
     * How many counted rows have their largest logit at their label; where targets are probabilities, at the largest of
     * them. Over {@link #countedRows} that is the accuracy. Waits and throws as {@link #await} does.
     *
     * @throws IllegalStateException also if the options do not ask for {@link RowOutput#ARGMAX}
     */
    public long correctRows() {
        requireAsked(ResultPart.CORRECT, RowOutput.ARGMAX);
        return awaitTotals().correctRows();
    }

    /**
     * {@link #correctRows} over {@link #countedRows}, NaN of no rows. Waits and throws as these do.
     *
     * @throws IllegalStateException also if the options do not ask for {@link RowOutput#ARGMAX}
     */
    public double accuracy() {
        requireAsked(ResultPart.CORRECT, RowOutput.ARGMAX);
        ResultTotals.Values totals = awaitTotals();
        return (double) totals.correctRows() / totals.countedRows();
    }

    /**
     * The perplexity: exp of the mean loss, z-loss left out. Waits and throws as {@link #await} does.
     *
     * @throws IllegalStateException also if the reduction is not MEAN
     */
    public double perplexity() {
        requireMean("perplexity");
        ResultTotals.Values totals = awaitReduced();
        return Math.exp(totals.loss() - totals.zLoss());
    }

    /**
     * The log-sum-exp of each row on the device, of the labels' shape and the arithmetic dtype. {@code forward} writes that of
     * every row; {@code forwardBackward} does not look at rows that do not count, and writes 0 there.
     */
    public Tensor lse() {
        return part(ResultPart.LSE);
    }

    /**
     * The z-loss of each row on the device, which its row loss includes, of the labels' shape and the arithmetic dtype: 0 in
     * ignored rows.
     *
     * @throws IllegalStateException if the options have no z-loss
     */
    public Tensor zLosses() {
        if (part(ResultPart.Z_LOSSES) == null) {
            throw new IllegalStateException(op() + ": the options have no z-loss: options=" + options);
        }
        return part(ResultPart.Z_LOSSES);
    }

    /**
     * The class with the largest logit of each row on the device, I32 of the labels' shape: the lowest among equals; a NaN is
     * the largest. {@code forwardBackward} does not look at rows that do not count, and writes -1 there.
     *
     * @throws IllegalStateException if the options do not ask for {@link RowOutput#ARGMAX}
     */
    public Tensor argmax() {
        return requireAsked(ResultPart.ARGMAX, RowOutput.ARGMAX);
    }

    /**
     * For each row on the device an I32: 1 if it counts and has its largest logit at its label (at its largest probability
     * where targets are probabilities), else 0.
     *
     * @throws IllegalStateException if the options do not ask for {@link RowOutput#ARGMAX}
     */
    public Tensor correct() {
        return requireAsked(ResultPart.CORRECT, RowOutput.ARGMAX);
    }

    /**
     * The entropy of each row's softmax on the device, of the labels' shape and the arithmetic dtype: NaN where the lse is not
     * finite. {@code forwardBackward} does not look at rows that do not count, and writes 0 there.
     *
     * @throws IllegalStateException if the options do not ask for {@link RowOutput#ENTROPY}
     */
    public Tensor entropy() {
        return requireAsked(ResultPart.ENTROPY, RowOutput.ENTROPY);
    }

    /**
     * For each row on the device an I32: how many classes have a larger logit than its target, or as large a one and a lower index; a NaN
     * is the largest. Where targets are probabilities, the target is the largest of them. -1 in rows that do not count.
     *
     * @throws IllegalStateException if the options do not ask for {@link RowOutput#RANK}
     */
    public Tensor ranks() {
        return requireAsked(ResultPart.RANKS, RowOutput.RANK);
    }

    /**
     * The part of this result's rows that count whose target is among the k largest logits, by their {@link #ranks}, which this brings to
     * the host. NaN of no rows. Waits and throws as {@link #countedRows} does.
     *
     * @throws IllegalArgumentException also if k is less than 1
     * @throws IllegalStateException also if the options do not ask for {@link RowOutput#RANK}
     */
    public double topKAccuracy(int k) {
        Tensor ranks = ranks();
        if (k < 1) {
            throw new IllegalArgumentException(op() + ": k must be at least 1: k=" + k);
        }
        awaitTotals();
        long[] counted = Arrays.stream(ranks.downloadLabels(streams().requireFilled(op())))
                .filter(rank -> rank >= 0)
                .toArray();
        long right = Arrays.stream(counted).filter(rank -> rank < k).count();
        return (double) right / counted.length;
    }

    /** How many rows are correct, on the host; 0 if the options do not ask. */
    long correctRowsIfAsked(ResultTotals.Values totals) {
        return part(ResultPart.CORRECT) == null ? 0 : totals.correctRows();
    }

    /** The largest classes on the host; null if the options do not ask for them. */
    int[] readArgmax(Stream stream) {
        return readInts(ResultPart.ARGMAX, stream);
    }

    /** The ranks on the host; null if the options do not ask for them. */
    int[] readRanks(Stream stream) {
        return readInts(ResultPart.RANKS, stream);
    }

    private int[] readInts(ResultPart part, Stream stream) {
        Tensor tensor = part(part);
        if (tensor == null) {
            return null;
        }
        int[] ints = new int[(int) tensor.shape().elements()];
        tensor.download(ints, stream);
        return ints;
    }

    /** The entropies on the host; null if the options do not ask for them. */
    <A> A readEntropy(ArrayCall<A> host) {
        Tensor entropy = part(ResultPart.ENTROPY);
        return entropy == null ? null : host.read(entropy);
    }

    void requireMadeFor(String call, CrossEntropyOptions opOptions, long opClasses) {
        requireMadeFor(call, "another cross entropy", numbers, new Numbers(opClasses, opOptions));
    }

    private Tensor requireAsked(ResultPart part, RowOutput output) {
        if (part(part) == null) {
            throw new IllegalStateException(
                    op() + ": not among the outputs: asked=" + output + ", outputs=" + options.outputs());
        }
        return part(part);
    }

    /** The numbers of a cross entropy. */
    private record Numbers(long classes, CrossEntropyOptions options) {
        @Override
        public String toString() {
            return "classes=" + classes + ", " + options;
        }
    }
}
