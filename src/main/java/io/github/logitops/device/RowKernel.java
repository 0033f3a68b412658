package io.github.logitops.device;

import io.github.logitops.spec.DType;
import io.github.logitops.spec.Op;

/** A kernel that walks rows, in all its entries: one for each tier and dtype. */
final class RowKernel {
    private final Op.Kept kept;
    private final Kernel[][] entries; // by tier and dtype

    RowKernel(Op.Kept kept, Kernel[][] entries) {
        this.kept = kept;
        this.entries = entries;
    }

    /** What it keeps of a row between its passes. */
    Op.Kept kept() {
        return kept;
    }

    /** Its entry for rows like these. */
    Kernel entry(Tier tier, DType dtype) {
        return entries[tier.ordinal()][dtype.ordinal()];
    }
}
