package io.github.logitops.device;

import io.github.logitops.op.SoftmaxKind;
import io.github.logitops.spec.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The name of a kernel, computed and never typed: {@code <op>_<fwd|bwd|fused>_<tier>_<dtype>}, in the module
 * {@code <op>_<fwd|bwd|fused>}; kernels that walk no logits have no tier.
 *
 * @param module the module's name, that of its source file in kernels/
 * @param entry the kernel's name in the module
 */
record Kernel(String module, String entry) {
    private static final List<DType> FLOATING = List.of(DType.F64, DType.F32, DType.F16, DType.BF16);

    /** What an op does with its rows. */
    enum Direction {
        FWD,
        BWD,
        FUSED
    }

    static Kernel softmax(SoftmaxKind kind, Direction direction, Tier tier, DType dtype) {
        return ofRows(kind == SoftmaxKind.SOFTMAX ? "softmax" : "log_softmax", direction, tier, dtype);
    }

    /** Of an op whose kernels differ in direction, tier and dtype and in nothing else. */
    static Kernel ofRows(String op, Direction direction, Tier tier, DType dtype) {
        String module = op + "_" + lower(direction);
        return new Kernel(module, module + "_" + tier.suffix() + "_" + lower(dtype));
    }

    static Kernel crossEntropy(Direction direction, Tier tier, DType dtype) {
        String module = "cross_entropy_" + lower(direction);
        return new Kernel(module, module + "_" + tier.suffix() + "_" + lower(dtype));
    }

    static Kernel crossEntropyCombine(DType arithmetic) {
        return new Kernel("cross_entropy_combine", "cross_entropy_combine_" + lower(arithmetic));
    }

    static Kernel labelStats() {
        return new Kernel("label_stats", "label_stats");
    }

    static Kernel lossReduce(DType arithmetic) {
        return new Kernel("loss_reduce", "loss_reduce_" + lower(arithmetic));
    }

    static Kernel ceiling(Ceilings.Traffic traffic) {
        return new Kernel("ceilings", "ceiling_" + lower(traffic));
    }

    /** Every kernel there is. */
    static List<Kernel> all() {
        List<Kernel> all = new ArrayList<>();
        for (Tier tier : Tier.values()) {
            for (DType dtype : FLOATING) {
                for (SoftmaxKind kind : SoftmaxKind.values()) {
                    all.add(softmax(kind, Direction.FWD, tier, dtype));
                    all.add(softmax(kind, Direction.BWD, tier, dtype));
                }
                for (String op : List.of("log_sum_exp", "selected_log_prob", "entropy")) {
                    all.add(ofRows(op, Direction.FWD, tier, dtype));
                    all.add(ofRows(op, Direction.BWD, tier, dtype));
                }
                all.add(ofRows("masked_softmax", Direction.FWD, tier, dtype));
                all.add(ofRows("distillation", Direction.FWD, tier, dtype));
                all.add(ofRows("distillation", Direction.FUSED, tier, dtype));
                for (Direction direction : Direction.values()) {
                    all.add(crossEntropy(direction, tier, dtype));
                }
            }
        }
        all.add(labelStats());
        for (DType arithmetic : List.of(DType.F32, DType.F64)) {
            all.add(crossEntropyCombine(arithmetic));
            all.add(lossReduce(arithmetic));
        }
        for (Ceilings.Traffic traffic : Ceilings.Traffic.values()) {
            all.add(ceiling(traffic));
        }
        return all;
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
