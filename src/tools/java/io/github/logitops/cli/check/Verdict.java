package io.github.logitops.cli.check;

import io.github.logitops.spec.DType;
import java.util.ArrayList;
import java.util.List;

/** What the judges of all cases found: the largest errors, and of each output that is off the whole story. For many threads. */
final class Verdict {
    private static final Listener NOBODY = (output, stored, actual, scales) -> {};

    private final CheckTable table = new CheckTable();
    private final List<String> failures = new ArrayList<>();
    private final Listener listener;

    /** Sees every output that is judged. */
    @FunctionalInterface
    interface Listener {
        /**
         * @param output which output of which op in which case
         * @param stored the dtype it is stored as
         */
        void judged(String output, DType stored, double[] actual, double[] scales);
    }

    Verdict() {
        this(NOBODY);
    }

    Verdict(Listener listener) {
        this.listener = listener;
    }

    Listener listener() {
        return listener;
    }

    /** So many values of an op, the worst of which is off by this many bounds. */
    synchronized void judged(String op, DType dtype, int values, double worstUnits) {
        table.add(op, dtype, values, worstUnits);
    }

    /** Something that no bound excuses. */
    synchronized void fault(String what) {
        failures.add(what);
    }

    CheckTable table() {
        return table;
    }

    /** Every output that was off, with its case, in alphabetical order; empty if all is well. */
    synchronized List<String> failures() {
        return failures.stream().sorted().toList();
    }
}
