package io.github.logitops.device;

import io.github.logitops.op.SoftmaxKind;
import io.github.logitops.spec.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The name of a kernel, computed and never typed: {@code <op>_<fwd|bwd|fused>_<tier>_<dtype>[_<label type>]}, in the module
 * {@code <op>_<fwd|bwd|fused>}; kernels that walk no logits have no tier.
 *
 * @param module the module's name, that of its source file in kernels/
 * @param entry the kernel's name in the module
 */
record Kernel(String module, String entry) {
    private static final List<DType> FLOATING = List.of(DType.F64, DType.F32, DType.F16, DType.BF16);
    private static final List<DType> LABELS = List.of(DType.I32, DType.I64);

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

    static Kernel crossEntropy(Direction direction, Tier tier, DType dtype, DType labels) {
        String module = "cross_entropy_" + lower(direction);
        return new Kernel(module, module + "_" + tier.suffix() + "_" + lower(dtype) + "_" + lower(labels));
    }

    static Kernel labelStats(DType labels) {
        return new Kernel("label_stats", "label_stats_" + lower(labels));
    }

    static Kernel lossReduce(DType arithmetic) {
        return new Kernel("loss_reduce", "loss_reduce_" + lower(arithmetic));
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
                    LABELS.forEach(labels -> all.add(crossEntropy(direction, tier, dtype, labels)));
                }
            }
        }
        LABELS.forEach(labels -> all.add(labelStats(labels)));
        all.add(lossReduce(DType.F32));
        all.add(lossReduce(DType.F64));
        return all;
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
