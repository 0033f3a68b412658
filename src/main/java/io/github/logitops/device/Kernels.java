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
    private static final Map<Op.Kernel, RowKernel> OF_ROWS = new HashMap<>();

    private static final Kernel LABEL_STATS = add("label_stats");
    private static final Kernel[] LOSS_REDUCE = ofArithmetic("loss_reduce");
    private static final Kernel[] CROSS_ENTROPY_COMBINE = ofArithmetic("cross_entropy_combine");
    private static final Map<Ceilings.Traffic, Kernel> CEILINGS = new EnumMap<>(Ceilings.Traffic.class);

    static {
        for (Op op : Op.values()) {
            op.kernels().forEach(kernel -> OF_ROWS.computeIfAbsent(kernel, Kernels::ofRows));
        }
        for (Ceilings.Traffic traffic : Ceilings.Traffic.values()) {
            CEILINGS.put(traffic, add("ceiling_" + Kernel.part(traffic)));
        }
    }

    private Kernels() {}

    /** The kernel of an op that does this, as in the table. */
    static RowKernel of(Op op, String what) {
        return OF_ROWS.get(op.kernel(what));
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

    /** All that calls of an op launch, on rows of this tier and dtype. */
    static List<Kernel> of(Op op, Tier tier, DType dtype) {
        List<Kernel> kernels = new ArrayList<>();
        op.kernels().forEach(kernel -> kernels.add(OF_ROWS.get(kernel).entry(tier, dtype)));
        if (op.options() != Void.class) { // which those with labels have
            kernels.add(LABEL_STATS);
            kernels.add(lossReduce(dtype.arithmetic()));
        }
        if (op == Op.CROSS_ENTROPY_SHARD) {
            kernels.add(crossEntropyCombine(dtype.arithmetic()));
        }
        return kernels;
    }

    private static RowKernel ofRows(Op.Kernel kernel) {
        Kernel[][] entries = new Kernel[Tier.values().length][];
        for (Tier tier : Tier.values()) {
            Kernel[] ofTier = new Kernel[DType.values().length];
            for (DType dtype : DType.values()) {
                if (dtype.isFloating()) {
                    ofTier[dtype.ordinal()] = add(kernel.name() + "_" + Kernel.part(tier) + "_" + Kernel.part(dtype));
                }
            }
            entries[tier.ordinal()] = ofTier;
        }
        return new RowKernel(kernel.kept(), entries);
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
