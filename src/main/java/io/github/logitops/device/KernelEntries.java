package io.github.logitops.device;

import io.github.logitops.spec.DType;
import io.github.logitops.spec.Op;

/** A kernel of the table in all its entries. */
final class KernelEntries {
    private final Op.Kept kept;
    private final Kernel[][] entries; // by tier and dtype: some may be the same

    KernelEntries(Op.Kept kept, Kernel[][] entries) {
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

    /** Its entry for this dtype, if it walks no rows. */
    Kernel entry(DType dtype) {
        return entry(Tier.ROWS, dtype);
    }
}
