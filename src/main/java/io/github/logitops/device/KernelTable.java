package io.github.logitops.device;

import io.github.logitops.device.KernelSpec.Entries;
import io.github.logitops.device.KernelSpec.Kept;
import io.github.logitops.spec.Op;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** The kernels of each op. */
final class KernelTable {
    /** Adds up what rows and labels come to. */
    static final KernelSpec BATCH_SUMS =
            new KernelSpec("batch_sums", Entries.OF_ARITHMETIC, Kept.NOTHING, 0, false, true);

    /** Makes losses of what shards know of their classes. */
    static final KernelSpec CROSS_ENTROPY_COMBINE =
            new KernelSpec("cross_entropy_combine", Entries.OF_ARITHMETIC, Kept.NOTHING, 0, false, true);

    /** Rounds sums to where they belong. */
    static final KernelSpec ROUND_SUMS = new KernelSpec("round_sums", Entries.OF_NARROW, Kept.NOTHING, 0, false, false);

    private static final Map<Op, List<KernelSpec>> OF_OP = new EnumMap<>(Op.class);

    static {
        for (Op op : Op.values()) { // those that share another's kernels come after it
            OF_OP.put(op, specs(op));
        }
    }

    /** A kernel of the op whose kernels' names begin with {@code prefix}. */
    private interface SpecOf {
        KernelSpec of(String prefix);
    }

    private KernelTable() {}

    private static List<KernelSpec> specs(Op op) {
        return switch (op) {
            case SOFTMAX -> specs(op, light(1, "fwd", Kept.ROW), light(2, "bwd", Kept.TWO_ROWS));
            case LOG_SOFTMAX -> specs(op, light(1, "fwd", Kept.ROW), light(2, "bwd", Kept.ROW_BEFORE_ANOTHER));
            // Plain kernels of masks that only hide.
            case MASKED_SOFTMAX ->
                specs(op, own("fwd", Kept.VALUES), held(1, "fwd_plain", Kept.SEEN), shared(of(Op.SOFTMAX, "bwd")));
            case LOG_SUM_EXP -> specs(op, held(2, "fwd", Kept.LINE), withoutSums(light(2, "bwd", Kept.LINE)));
            case ENTROPY -> specs(op, held(2, "fwd", Kept.LINE), withoutSums(held(2, "bwd", Kept.LINE)));
            case SELECTED_LOG_PROB ->
                specs(op, held(2, "fwd", Kept.LINE), withoutSums(held(2, "bwd", Kept.LINE)), shared(BATCH_SUMS));
            // A kernel for each kind of divergence, which leaves the gradient out if not asked.
            case DISTILLATION ->
                specs(
                        op,
                        own("fused_kl", Kept.TWO_ROWS),
                        own("fused_reverse_kl", Kept.TWO_ROWS),
                        own("fused_jensen_shannon", Kept.TWO_ROWS),
                        shared(BATCH_SUMS));
            // Kernels for every option; plain ones for labels, and what costs nothing in a column.
            case CROSS_ENTROPY ->
                specs(
                        op,
                        own("fwd", Kept.ROW),
                        held(2, "fwd_plain", Kept.LINE),
                        withoutSums(own("bwd", Kept.ROW)),
                        withoutSums(held(2, "bwd_plain", Kept.LINE)),
                        own("fused", Kept.ROW_AND_PROBABILITIES),
                        held(1, "fused_plain", Kept.ROW),
                        shared(BATCH_SUMS));
            // The passes over logits are those of cross entropy.
            case CROSS_ENTROPY_SHARD ->
                specs(
                        op,
                        shared(of(Op.CROSS_ENTROPY, "fwd")),
                        shared(of(Op.CROSS_ENTROPY, "bwd")),
                        shared(CROSS_ENTROPY_COMBINE),
                        shared(BATCH_SUMS));
            // Between products of matrices, those of cross entropy.
            case LINEAR_CROSS_ENTROPY ->
                specs(
                        op,
                        shared(of(Op.CROSS_ENTROPY, "fwd")),
                        shared(of(Op.CROSS_ENTROPY, "fwd_plain")),
                        shared(of(Op.CROSS_ENTROPY, "fused")),
                        shared(of(Op.CROSS_ENTROPY, "fused_plain")),
                        shared(BATCH_SUMS),
                        shared(ROUND_SUMS));
            case LINEAR_SELECTED_LOG_PROB ->
                specs(
                        op,
                        shared(of(Op.SELECTED_LOG_PROB, "fwd")),
                        shared(of(Op.SELECTED_LOG_PROB, "bwd")),
                        shared(BATCH_SUMS),
                        shared(ROUND_SUMS));
            case SIGMOID, LOG_SIGMOID -> specs(op, ofElements("fwd"), ofElements("bwd"));
            case SIGMOID_CROSS_ENTROPY -> specs(op, ofElements("fused"));
        };
    }

    /** Every kernel that calls of an op launch, those of other ops included. */
    static List<KernelSpec> of(Op op) {
        return OF_OP.get(op);
    }

    /** The kernel of an op's own that does this, such as fwd or fused_plain. */
    static KernelSpec of(Op op, String what) {
        String name = prefix(op) + what;
        return of(op).stream()
                .filter(spec -> spec.name().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException(op.callName() + ": not a kernel of the table: kernel=" + name));
    }

    private static List<KernelSpec> specs(Op op, SpecOf... specs) {
        return Stream.of(specs).map(spec -> spec.of(prefix(op))).toList();
    }

    private static String prefix(Op op) {
        return op.name().toLowerCase(Locale.ROOT) + "_";
    }

    /** A kernel that is written for this op and walks rows. */
    private static SpecOf own(String what, Kept kept) {
        return held(0, what, kept);
    }

    /** The same; rows that are short enough wait in registers: {@link KernelSpec#held}. */
    private static SpecOf held(int part, String what, Kept kept) {
        return prefix -> new KernelSpec(prefix + what, Entries.OF_TIERS, kept, part, false, true);
    }

    /** The same; it is light. */
    private static SpecOf light(int part, String what, Kept kept) {
        return prefix -> new KernelSpec(prefix + what, Entries.OF_TIERS, kept, part, true, true);
    }

    /** One that is written for this op and walks elements. */
    private static SpecOf ofElements(String what) {
        return prefix -> new KernelSpec(prefix + what, Entries.OF_DTYPES, Kept.NOTHING, 0, false, false);
    }

    /** One that adds up nothing over a row. */
    private static SpecOf withoutSums(SpecOf spec) {
        return prefix -> spec.of(prefix).withoutSums();
    }

    /** A kernel that other ops have, too, or that walks no rows. */
    private static SpecOf shared(KernelSpec spec) {
        return prefix -> spec;
    }
}
