package io.github.logitops.driver;

/**
 * C = op(A) op(B), or C += op(A) op(B), of matrices whose rows lie side by side in memory; op transposes where that is asked for. Sums
 * are taken in F32, of F64 in F64, and C is rounded once.
 *
 * @param m rows of C and op(A)
 * @param n columns of C and op(B)
 * @param k columns of op(A), rows of op(B); at least 1, as m and n
 * @param a of the same type as b
 * @param transposeA whether op(A) is A's transpose
 * @param b of the same type as a
 * @param transposeB whether op(B) is B's transpose
 * @param c of that type or F32; overlaps neither
 * @param accumulate whether the product is added to what C holds
 */
public record MatrixProduct(
        int m, int n, int k, Matrix a, boolean transposeA, Matrix b, boolean transposeB, Matrix c, boolean accumulate) {
    /** The types of elements that products are taken of. */
    public enum Type {
        F64,
        F32,
        F16,
        BF16
    }

    /**
     * A matrix in device memory.
     *
     * @param address of its first element
     * @param type of its elements
     * @param rowStride elements from the start of a row to that of the next
     */
    public record Matrix(long address, Type type, long rowStride) {}
}
