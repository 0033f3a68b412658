package io.github.logitops.cli.check;

import io.github.logitops.LogitOps;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** Runs ops on random rows, placed in every way, and holds the results against the oracle. */
final class OracleCheck {
    /** One for each op, in the order of the table of ops, on which the random rows of each depend. */
    static final List<OpCheck> OPS = Stream.of(
                    ActivationCheck.ALL,
                    LogProbCheck.ALL,
                    List.of(
                            new MaskedSoftmaxCheck(),
                            new DistillationCheck(),
                            new CrossEntropyCheck(),
                            new CrossEntropyShardCheck(),
                            new SigmoidCrossEntropyCheck()),
                    LinearCheck.ALL)
            .flatMap(List::stream)
            .sorted(Comparator.comparing(OpCheck::op))
            .toList();

    private final LogitOps ops;
    private final List<OpCheck> checks;
    private final Verdict verdict;
    private final long seed;

    /** Of every op. */
    OracleCheck(LogitOps ops, Verdict verdict, long seed) {
        this(ops, OPS, verdict, seed);
    }

    OracleCheck(LogitOps ops, List<OpCheck> checks, Verdict verdict, long seed) {
        this.ops = ops;
        this.checks = checks;
        this.verdict = verdict;
        this.seed = seed;
    }

    /** The names of {@link #OPS}. */
    static List<String> names() {
        return OPS.stream().map(check -> check.op().callName()).toList();
    }

    /** Those of {@link #OPS} that have these names. */
    static List<OpCheck> named(List<String> names) {
        for (String name : names) {
            if (!names().contains(name)) {
                throw new IllegalArgumentException("check: no such op: op=" + name + ", ops=" + names());
            }
        }
        return OPS.stream()
                .filter(check -> names.contains(check.op().callName()))
                .toList();
    }

    /**
     * Checks the ops on a case. The data depend on the seed, the case and which ops there are, so cases may run in any order and at
     * the same time.
     */
    void run(Case what) {
        Random random = new Random(seed + what.toString().hashCode());
        for (OpCheck check : checks) {
            for (OpCheck.Attempt attempt : check.attempts(what)) {
                try (Trial trial = new Trial(ops, what, new Judge(verdict, what), random)) {
                    attempt.run(trial);
                }
            }
        }
    }
}
