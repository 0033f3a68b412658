package io.github.logitops.spec;

/**
 * Element types: four for logits, gradients and losses, two for class labels, one for masks. Storage is in the machine's byte
 * order.
 */
public enum DType {
    /** IEEE binary64; arithmetic in binary64. */
    F64(8),
    /** IEEE binary32. */
    F32(4),
    /** IEEE binary16; arithmetic and losses in {@link #F32}. */
    F16(2),
    /** bfloat16, the upper half of a binary32; arithmetic and losses in {@link #F32}. */
    BF16(2),
    /** 64-bit class labels. */
    I64(8),
    /** 32-bit class labels. */
    I32(4),
    /** Masks, a byte each: 0 is false, anything else true. */
    BOOL(1);

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /** The size of one element in bytes. */
    public int bytes() {
        return bytes;
    }

    /** Whether logits, gradients and losses may have this type. */
    public boolean isFloating() {
        return this == F64 || this == F32 || this == F16 || this == BF16;
    }

    /** Whether class labels may have this type. */
    public boolean isLabel() {
        return this == I64 || this == I32;
    }

    /**
     * The type that losses, log-sum-exps and class weights have when logits have this one: {@link #F64} for F64,
     * {@link #F32} for F32, F16 and BF16.
     *
     * @throws IllegalStateException for any other type
     */
    public DType arithmetic() {
        if (!isFloating()) {
            throw new IllegalStateException("dtype: only floating types have an arithmetic type: dtype=" + this);
        }
        return this == F64 ? F64 : F32;
    }
}
