package io.github.logitops.device;

import io.github.logitops.spec.DType;
import io.github.logitops.spec.Op;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Every kernel there is: those that the table of ops names, for each tier and dtype, and the few that walk no rows. */
final class Kernels {
    private static final List<Kernel> ALL = new ArrayList<>();
    private static final Map<Op, Map<String, RowKernel>> OF_ROWS = new EnumMap<>(Op.class);

    private static final Kernel LABEL_STATS = add("label_stats");
    private static final Kernel[] LOSS_REDUCE = ofArithmetic("loss_reduce");
    private static final Kernel[] CROSS_ENTROPY_COMBINE = ofArithmetic("cross_entropy_combine");
    private static final Map<Ceilings.Traffic, Kernel> CEILINGS = new EnumMap<>(Ceilings.Traffic.class);

    static {
        for (Op op : Op.values()) {
            Map<String, RowKernel> kernels = new HashMap<>();
            for (Op.Kernels each : op.kernels()) {
                kernels.put(each.way(), ofRows(op.kernelName() + "_" + each.way(), each.kept()));
            }
            OF_ROWS.put(op, kernels);
        }
        for (Ceilings.Traffic traffic : Ceilings.Traffic.values()) {
            CEILINGS.put(traffic, add("ceiling_" + Kernel.part(traffic)));
        }
    }

    private Kernels() {}

    /** The kernel of an op that its row of the table calls so. */
    static RowKernel of(Op op, String way) {
        RowKernel kernel = OF_ROWS.get(op).get(way);
        if (kernel == null) {
            throw new IllegalArgumentException("kernels: not in the table: op=" + op + ", way=" + way);
        }
        return kernel;
    }

    static Kernel labelStats() {
        return LABEL_STATS;
    }

    static Kernel lossReduce(DType arithmetic) {
        return LOSS_REDUCE[arithmetic.ordinal()];
    }

    static Kernel crossEntropyCombine(DType arithmetic) {
        return CROSS_ENTROPY_COMBINE[arithmetic.ordinal()];
    }

    static Kernel ceiling(Ceilings.Traffic traffic) {
        return CEILINGS.get(traffic);
    }

    /** In the order of their numbers. */
    static List<Kernel> all() {
        return List.copyOf(ALL);
    }

    /** Those that walk rows of this op, tier and dtype. */
    static List<Kernel> ofRows(Op op, Tier tier, DType dtype) {
        return OF_ROWS.get(op).values().stream()
                .map(kernel -> kernel.entry(tier, dtype))
                .toList();
    }

    private static RowKernel ofRows(String name, Op.Kept kept) {
        Kernel[][] entries = new Kernel[Tier.values().length][];
        for (Tier tier : Tier.values()) {
            Kernel[] ofTier = new Kernel[DType.values().length];
            for (DType dtype : DType.values()) {
                if (dtype.isFloating()) {
                    ofTier[dtype.ordinal()] = add(name + "_" + Kernel.part(tier) + "_" + Kernel.part(dtype));
                }
            }
            entries[tier.ordinal()] = ofTier;
        }
        return new RowKernel(kept, entries);
    }

    private static Kernel[] ofArithmetic(String name) {
        Kernel[] kernels = new Kernel[DType.values().length];
        for (DType dtype : List.of(DType.F64, DType.F32)) {
            kernels[dtype.ordinal()] = add(name + "_" + Kernel.part(dtype));
        }
        return kernels;
    }

    private static Kernel add(String entry) {
        Kernel kernel = new Kernel(ALL.size(), entry);
        ALL.add(kernel);
        return kernel;
    }
}
