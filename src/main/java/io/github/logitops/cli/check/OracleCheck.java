package io.github.logitops.cli.check;

import io.github.logitops.LogitOps;
import java.util.List;
import java.util.Random;

/** Runs every op on random rows, placed in every way, and holds the results against the oracle. */
final class OracleCheck {
    /** Every op. */
    static final List<OpCheck> OPS = List.of(
            SoftmaxCheck.SOFTMAX,
            SoftmaxCheck.LOG_SOFTMAX,
            new MaskedSoftmaxCheck(),
            new LogProbCheck(),
            new DistillationCheck(),
            new CrossEntropyCheck(),
            new CrossEntropyShardCheck());

    private final LogitOps ops;
    private final Verdict verdict;
    private final long seed;

    OracleCheck(LogitOps ops, Verdict verdict, long seed) {
        this.ops = ops;
        this.verdict = verdict;
        this.seed = seed;
    }

    /** Checks all ops on a case. The data depend on the seed and the case alone, so cases may run in any order and at the same time. */
    void run(Case what) {
        Random random = new Random(seed + what.toString().hashCode());
        for (OpCheck op : OPS) {
            for (OpCheck.Attempt attempt : op.attempts(what)) {
                try (Trial trial = new Trial(ops, what, new Judge(verdict, what), random)) {
                    attempt.run(trial);
                }
            }
        }
    }
}
