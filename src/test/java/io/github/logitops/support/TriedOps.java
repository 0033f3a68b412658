package io.github.logitops.support;

import io.github.logitops.spec.Op;
import java.util.Arrays;
import java.util.Locale;

/** Which ops the tests about all ops alike try: all, unless {@code -Dlogitops.op=softmax} names one. */
public final class TriedOps {
    private static final String ONLY = System.getProperty("logitops.op", "");

    static {
        if (!ONLY.isEmpty() && Arrays.stream(Op.values()).noneMatch(TriedOps::has)) {
            throw new IllegalArgumentException("-Dlogitops.op: there is no such op: op=" + ONLY);
        }
    }

    private TriedOps() {}

    /** Whether this is one. */
    public static boolean has(Op op) {
        return ONLY.isEmpty() || op.callName().equals(ONLY);
    }

    /** Whether a method, such as softmax.forward, is one's. */
    public static boolean haveMethod(String method) {
        return ONLY.isEmpty() || method.startsWith(ONLY + ".");
    }

    /** Whether an entry of a kernel, such as softmax_fwd_rows_f32, is one's own: not another's that its calls launch, too. */
    public static boolean haveEntry(String entry) {
        String prefix = ONLY.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT) + "_";
        return ONLY.isEmpty() || entry.startsWith(prefix);
    }
}
