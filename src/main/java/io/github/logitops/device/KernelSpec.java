package io.github.logitops.device;

import io.github.logitops.spec.DType;

/**
 * A kernel as its launches are planned: a row of {@link KernelTable}.
 *
 * @param name the op's, what it does (fwd, bwd or fused), and behind it which, if there are several; else what it is for
 * @param entries which there are
 * @param kept what it keeps of a row
 * @param held the longest rows that a block has in registers are one part in so many of what its threads could hold: 1 for all, 2
 *     for half, where two rows are held or longer ones are better read in steps; 0 if it has no entries for such rows
 * @param light whether it writes rows and a thread does little besides its columns: then short ones have more threads
 * @param sums whether it adds anything up over a row: if not, what a column gives depends on nothing but the column, whichever
 *     threads share the row
 */
record KernelSpec(String name, Entries entries, Kept kept, int held, boolean light, boolean sums) {
    /** The same, of a kernel that adds up nothing. */
    KernelSpec withoutSums() {
        return new KernelSpec(name, entries, kept, held, light, false);
    }

    /** What waits in shared memory between the passes of a kernel over a row. */
    enum Kept {
        /** The kernel walks no rows. */
        NOTHING,
        /** The row, but not if it is whole vectors: then it is read once, from where it lies. */
        LINE,
        /** The row. */
        ROW,
        /** Of the row, what a mask leaves: nothing else is copied. */
        SEEN,
        /** The row; not another one that is looked at once, after it, unless both go through a tile. */
        ROW_BEFORE_ANOTHER,
        /** Two rows of two tensors. */
        TWO_ROWS,
        /** The row, and that of probabilities where these are the targets. */
        ROW_AND_PROBABILITIES,
        /** What was computed of the row, in the arithmetic dtype. */
        VALUES;

        /** The bytes of it for each column; {@code probabilities}: whether these are the targets. */
        int bytes(DType dtype, boolean probabilities) {
            return switch (this) {
                case NOTHING -> 0;
                case LINE, ROW, SEEN, ROW_BEFORE_ANOTHER -> dtype.bytes();
                case TWO_ROWS -> 2 * dtype.bytes();
                case ROW_AND_PROBABILITIES -> probabilities ? 2 * dtype.bytes() : dtype.bytes();
                case VALUES -> dtype.arithmetic().bytes();
            };
        }
    }

    /** What there is an entry of a kernel for. */
    enum Entries {
        /** Each tier and dtype: {@code <name>_<tier>_<dtype>}. */
        OF_TIERS,
        /** Each dtype that is computed in: {@code <name>_<dtype>}. */
        OF_ARITHMETIC,
        /** Each dtype: {@code <name>_<dtype>}. */
        OF_DTYPES,
        /** Each dtype that is narrower than what it is computed in: {@code <name>_<dtype>}. */
        OF_NARROW
    }
}
