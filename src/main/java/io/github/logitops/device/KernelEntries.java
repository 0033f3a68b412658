package io.github.logitops.device;

import io.github.logitops.spec.DType;

/** A kernel of the table in all its entries. */
final class KernelEntries {
    private final KernelSpec kernel;
    private final Kernel[][] entries; // by tier and dtype: some may be the same; null where there is none

    KernelEntries(KernelSpec kernel, Kernel[][] entries) {
        this.kernel = kernel;
        this.entries = entries;
    }

    /** What the table says of it. */
    KernelSpec kernel() {
        return kernel;
    }

    /** Its entry for rows like these, or null. */
    Kernel entry(Tier tier, DType dtype) {
        return entries[tier.ordinal()][dtype.ordinal()];
    }

    /** Its entry for this dtype, if it walks no rows. */
    Kernel entry(DType dtype) {
        return entry(Tier.ROWS, dtype);
    }
}
