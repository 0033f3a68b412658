package io.github.logitops.emulator;

import java.util.regex.Pattern;

/**
 * An instruction as the machine runs it.
 *
 * @param kind what it does to the flow of control
 * @param step what it does to values, for the kinds that do
 * @param guard the predicate that it depends on, or -1
 * @param negated whether it runs where the guard is false
 * @param target where a branch goes
 * @param members the slot of a collective's member mask
 * @param statement what was written, for messages
 */
record Instruction(Kind kind, Step step, int guard, boolean negated, int target, int members, Statement statement) {
    private static final Pattern SYNCHRONISES =
            Pattern.compile("barrier\\.cluster|mbarrier\\.(arrive|try_wait|test_wait)");

    /** Whether threads wait here for others, or others for threads to come here. */
    boolean synchronises() {
        return kind == Kind.BARRIER || SYNCHRONISES.matcher(statement.opcode()).lookingAt();
    }

    /** The same place, but another thing to do there. */
    Instruction withStep(Step other) {
        return new Instruction(Kind.PLAIN, other, guard, negated, target, members, statement);
    }

    /** What the scheduler tells apart. */
    enum Kind {
        PLAIN,
        BRANCH,
        RETURN,
        /** All threads of the block wait for each other. */
        BARRIER,
        /** All threads of the cluster wait for each other's arrivals. */
        CLUSTER_BARRIER,
        /** Lanes ask whether a phase of an mbarrier is over, and if not let others go first. */
        POLL,
        /** Lanes of a warp wait for each other, and may exchange values. */
        COLLECTIVE
    }

    /** What an instruction does to the lanes of a warp whose bits are set. */
    interface Step {
        void run(Warp warp, int lanes);
    }
}
