package io.github.logitops.cli.check;

import io.github.logitops.Backend;
import io.github.logitops.LogitOps;
import io.github.logitops.cli.LibraryVersion;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
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

    @Option(
            names = "--record",
            paramLabel = "FILE",
            description = "write the exact outputs of a few small rows instead, for other machines to be compared with")
    private Path record;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        List<Integer> lengths = CheckGrid.lengths(longest);
        if (lengths.isEmpty()) {
            throw new IllegalArgumentException("check: no row is that short: longest=" + longest);
        }
        try (LogitOps ops = LogitOps.open(backend)) {
            out.println(ops.backendReport());
            if (record != null) {
                Goldens.record(ops, record);
                out.println("check: recorded file=" + record);
                return 0;
            }
            return check(ops, CheckGrid.cases(lengths), out);
        }
    }

    private int check(LogitOps ops, List<Case> cases, PrintWriter out) {
        long usedSeed = seed != null ? seed : ThreadLocalRandom.current().nextLong(1L << 32);
        out.printf("seed=%d, cases=%d, longest=%d%n", usedSeed, cases.size(), longest);
        out.flush();
        Verdict verdict = new Verdict();
        OracleCheck check = new OracleCheck(ops, verdict, usedSeed);
        cases.parallelStream().forEach(check::run); // the oracle takes the time, whatever the device does

        CheckTable table = verdict.table();
        out.printf("%nLargest errors in units of their bounds (1 is the most allowed):%n%n%s%n%n", table);
        List<String> failures = verdict.failures();
        failures.stream().limit(MOST_FAILURES).forEach(failure -> out.println("off: " + failure));
        if (failures.size() > MOST_FAILURES) {
            out.println("off: and " + (failures.size() - MOST_FAILURES) + " more");
        }
        out.printf(
                Locale.ROOT,
                "check: %s values=%d worst=%.4f seed=%d%n",
                failures.isEmpty() ? "passed" : "FAILED",
                table.values(),
                table.worst(),
                usedSeed);
        return failures.isEmpty() ? 0 : 1;
    }
}
