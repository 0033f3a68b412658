package io.github.logitops.device;

import io.github.logitops.spec.DType;
import io.github.logitops.spec.Op;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Every kernel there is: those that the table of ops names, in their entries. */
final class Kernels {
    private static final Map<String, Kernel> ALL = new LinkedHashMap<>(); // by entry
    private static final Map<KernelSpec, KernelEntries> OF_TABLE = new HashMap<>();

    static {
        for (Op op : Op.values()) {
            KernelTable.of(op).forEach(kernel -> OF_TABLE.computeIfAbsent(kernel, Kernels::entries));
        }
    }

    private Kernels() {}

    /** A kernel of the table. */
    static KernelEntries of(KernelSpec kernel) {
        return OF_TABLE.get(kernel);
    }

    /** The kernel of an op that does this, as in the table. */
    static KernelEntries of(Op op, String what) {
        return of(KernelTable.of(op, what));
    }

    /** All that calls of an op launch, on rows of this tier and dtype. */
    static List<Kernel> of(Op op, Tier tier, DType dtype) {
        return KernelTable.of(op).stream()
                .map(kernel -> of(kernel).entry(tier, dtype))
                .filter(Objects::nonNull)
                .toList();
    }

    /** In the order of their numbers. */
    static List<Kernel> all() {
        return List.copyOf(ALL.values());
    }

    private static KernelEntries entries(KernelSpec kernel) {
        Kernel[][] entries = new Kernel[Tier.values().length][DType.values().length];
        for (Tier tier : Tier.values()) {
            for (DType dtype : DType.values()) {
                if (dtype.isFloating() && LaunchPlanner.has(kernel, tier, dtype)) {
                    entries[tier.ordinal()][dtype.ordinal()] = kernel(entry(kernel, tier, dtype));
                }
            }
        }
        return new KernelEntries(kernel, entries);
    }

    private static String entry(KernelSpec kernel, Tier tier, DType dtype) {
        return switch (kernel.entries()) {
            case OF_TIERS -> kernel.name() + "_" + Kernel.part(tier) + "_" + Kernel.part(dtype);
            case OF_ARITHMETIC -> kernel.name() + "_" + Kernel.part(dtype.arithmetic());
            case OF_DTYPES, OF_NARROW -> kernel.name() + "_" + Kernel.part(dtype);
        };
    }

    private static Kernel kernel(String entry) {
        return ALL.computeIfAbsent(entry, name -> new Kernel(ALL.size(), name));
    }
}
