package io.github.logitops.memory;

import io.github.logitops.base.Arguments;

/**
 * Which elements of a row softmax leaves out: those that a mask hides, and, where it is causal, those after the row's own
 * position.
 *
 * <p>A mask's shape is that of the logits, or leaves out leading dimensions, or has 1 in place of some: there it is repeated.
 * For logits [batch, heads, queries, keys] a mask may be [queries, keys], [batch, 1, 1, keys], [batch, 1, queries, keys] and
 * so on. It may be padded like any tensor.
 */
public final class Mask {
    /** What a mask's elements say. */
    enum Kind {
        /** There is no mask. */
        NONE,
        /** True: seen. False: hidden. */
        KEEP,
        /** A number that is added to the logit; -inf hides it. */
        ADDITIVE
    }

    private final Kind kind;
    private final Tensor tensor;
    private final boolean causal;

    private Mask(Kind kind, Tensor tensor, boolean causal) {
        this.kind = kind;
        this.tensor = tensor;
        this.causal = causal;
    }

    /**
     * Of logits [..., queries, keys], query i sees keys 0 to i + keys - queries: the last query sees all keys. Queries that
     * see none give zeros.
     */
    public static Mask causal() {
        return new Mask(Kind.NONE, null, true);
    }

    /**
     * A BOOL tensor: false hides.
     *
     * @throws NullPointerException if it is null: a mask that is not there would hide nothing
     */
    public static Mask keep(Tensor keep) {
        return new Mask(Kind.KEEP, Arguments.notNull("mask.keep", "keep", keep), false);
    }

    /**
     * A tensor of the logits' dtype that is added to them; -inf hides, whatever the logit. A large negative number is just
     * that: a row of nothing else is not hidden. Where logit and mask are finite and their sum is beyond the arithmetic dtype, it is
     * the largest finite number of that sign.
     *
     * @throws NullPointerException if it is null
     */
    public static Mask additive(Tensor additive) {
        return new Mask(Kind.ADDITIVE, Arguments.notNull("mask.additive", "additive", additive), false);
    }

    /** This mask, and causal as well. */
    public Mask andCausal() {
        return new Mask(kind, tensor, true);
    }

    /** The mask's tensor; null if there is none. */
    public Tensor tensor() {
        return tensor;
    }

    /** Whether the tensor is added to the logits. */
    public boolean isAdditive() {
        return kind == Kind.ADDITIVE;
    }

    /** Whether elements after a row's own position are hidden. */
    public boolean isCausal() {
        return causal;
    }
}
