package io.github.logitops.cli.check;

import io.github.logitops.Backend;
import io.github.logitops.LogitOps;
import io.github.logitops.cli.LibraryVersion;
import io.github.logitops.cli.OutputFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code logitops check}: is every op right on this machine? */
@Command(
        name = "check",
        description =
                "Runs every op on the backend at hand and compares it with the oracle: every dtype, row lengths around"
                        + " every power of two, rows that are padded, misaligned, in place and in columns, on new random data each"
                        + " time. Exit code 0 if every error is within its bound and nothing else was written, 1 if not.",
        mixinStandardHelpOptions = true,
        versionProvider = LibraryVersion.class)
public final class CheckCommand implements Callable<Integer> {
    private static final int MOST_FAILURES = 100;

    @Option(names = "--backend", description = "AUTO, CUDA or CPU (default: ${DEFAULT-VALUE})")
    private Backend backend = Backend.AUTO;

    @Option(names = "--seed", description = "seed of the random rows (default: a new one, which is printed)")
    private Long seed;

    @Option(names = "--longest", description = "leave out longer rows (default: ${DEFAULT-VALUE})")
    private int longest = CheckGrid.LONGEST;

    @ArgGroup
    private Instead instead = new Instead();

    /** What to do instead: at most one of these. */
    private static final class Instead {
        @Option(
                names = "--accuracy",
                description =
                        "measure on rows that are hard on arithmetic how far every op is from the oracle, in units in the"
                                + " last place and as a fraction of the row's scale, beside plain loops in float")
        private boolean accuracy;

        @Option(
                names = "--record",
                paramLabel = "FILE",
                description = "write the exact outputs of a few small rows, for other machines to be compared with")
        private Path record;
    }

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        List<Case> cases = instead.accuracy ? Accuracy.cases(longest) : CheckGrid.cases(CheckGrid.lengths(longest));
        if (cases.isEmpty()) {
            throw new IllegalArgumentException("check: no row is that short: longest=" + longest);
        }
        OutputFile golden = instead.record == null ? null : OutputFile.tried("check", instead.record);
        try (LogitOps ops = LogitOps.open(backend)) {
            out.println(ops.backendReport());
            if (golden != null) {
                Goldens.record(ops, golden);
                out.println("check: recorded file=" + golden);
                return 0;
            }
            return check(ops, cases, out);
        }
    }

    /** The oracle takes the time, whatever the device does: cases run on all cores. */
    private int check(LogitOps ops, List<Case> cases, PrintWriter out) {
        long usedSeed = seed != null ? seed : ThreadLocalRandom.current().nextLong(1L << 32);
        out.printf("seed=%d, cases=%d, longest=%d%n", usedSeed, cases.size(), longest);
        out.flush();
        Verdict verdict = new Verdict();
        if (instead.accuracy) {
            Accuracy accuracy = new Accuracy(verdict, usedSeed);
            cases.parallelStream().forEach(each -> accuracy.run(ops, each));
            out.printf(
                    "%nLargest errors on hard rows, beside those of plain loops in float:%n%n%s%n", accuracy.table());
        } else {
            OracleCheck check = new OracleCheck(ops, verdict, usedSeed);
            cases.parallelStream().forEach(check::run);
            out.printf("%nLargest errors in units of their bounds (1 is the most allowed):%n%n%s%n", verdict.table());
        }
        return report(verdict, usedSeed, out);
    }

    /** The end of what is printed; returns the exit code. */
    static int report(Verdict verdict, long usedSeed, PrintWriter out) {
        out.println();
        List<String> failures = verdict.failures();
        failures.stream().limit(MOST_FAILURES).forEach(failure -> out.println("off: " + failure));
        if (failures.size() > MOST_FAILURES) {
            out.println("off: and " + (failures.size() - MOST_FAILURES) + " more");
        }
        out.printf(
                Locale.ROOT,
                "check: %s values=%d worst=%.4f seed=%d%n",
                failures.isEmpty() ? "passed" : "FAILED",
                verdict.table().values(),
                verdict.table().worst(),
                usedSeed);
        return failures.isEmpty() ? 0 : 1;
    }
}
