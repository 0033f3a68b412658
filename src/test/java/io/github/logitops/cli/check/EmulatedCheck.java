package io.github.logitops.cli.check;

import io.github.logitops.LogitOps;
import io.github.logitops.support.EmulatedRig;
import java.io.PrintWriter;
import java.util.List;

/** {@code logitops check} of some ops, with their kernels as the emulator runs them. */
final class EmulatedCheck {
    private static final int LONGEST = 400;
    private static final long SEED = 1;

    private EmulatedCheck() {}

    /** Prints as the command does, and ends with its exit code; the arguments are names of ops. */
    public static void main(String[] names) {
        Verdict verdict = new Verdict();
        try (LogitOps ops = new EmulatedRig().open()) {
            OracleCheck check = new OracleCheck(ops, OracleCheck.named(List.of(names)), verdict, SEED);
            CheckGrid.QUICK.cases(LONGEST).forEach(check::run);
        }
        System.out.println(verdict.table());
        int exitCode = CheckCommand.report(verdict, "seed=" + SEED, new PrintWriter(System.out, true));
        if (exitCode != 0) {
            System.exit(exitCode);
        }
    }
}
