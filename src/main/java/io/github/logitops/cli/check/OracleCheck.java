package io.github.logitops.cli.check;

import io.github.logitops.LogitOps;
import java.util.List;
import java.util.Random;

/** Runs every op on random rows, placed in every way, and holds the results against the oracle. */
final class OracleCheck {
    /** Every op. */
    static final List<OpCheck> OPS = List.of(SoftmaxCheck.SOFTMAX, SoftmaxCheck.LOG_SOFTMAX, new CrossEntropyCheck());

    private final LogitOps ops;
    private final Judge judge;
    private final long seed;

    OracleCheck(LogitOps ops, Judge judge, long seed) {
        this.ops = ops;
        this.judge = judge;
        this.seed = seed;
    }

    /** Checks all ops on a case. The data depend on the seed and the case alone, so that a case can be run again by itself. */
    void run(Case what) {
        Random random = new Random(seed + what.toString().hashCode());
        for (OpCheck op : OPS) {
            for (OpCheck.Attempt attempt : op.attempts(what)) {
                try (Trial trial = new Trial(ops, what, judge, random)) {
                    attempt.run(trial);
                }
            }
        }
    }
}
