package io.github.logitops.cli.check;

import io.github.logitops.LogitOps;
import io.github.logitops.cli.LibraryVersion;
import io.github.logitops.cli.OutputFile;
import io.github.logitops.cli.Progress;
import io.github.logitops.cli.SessionOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code logitops check}: is every op right on this machine? */
@Command(
        name = "check",
        description =
                "Runs every op on the backend at hand and compares it with the oracle: every dtype and option, rows of several"
                        + " lengths that are padded, misaligned, in place and in columns, on new random data each"
                        + " time. Exit code 0 if every error is within its bound and nothing else was written, 1 if not.",
        mixinStandardHelpOptions = true,
        versionProvider = LibraryVersion.class)
public final class CheckCommand implements Callable<Integer> {
    private static final int MOST_FAILURES = 100;

    @Mixin
    private SessionOptions session = new SessionOptions();

    @Option(names = "--seed", description = "seed of the random rows (default: a new one, which is printed)")
    private Long seed;

    /** Which lengths of rows. */
    private static final class Size {
        @Option(names = "--least", description = "three lengths: the fewest that launch every kernel")
        private boolean least;

        @Option(names = "--quick", description = "a few lengths: seconds on two cores (the default)")
        private boolean quick;

        @Option(names = "--full", description = "lengths around every power of two: minutes on two cores")
        private boolean full;

        CheckGrid grid() {
            return full ? CheckGrid.FULL : least ? CheckGrid.LEAST : CheckGrid.QUICK;
        }
    }

    @ArgGroup
    private Size size = new Size();

    @Option(names = "--longest", description = "leave out rows that are longer (default: ${DEFAULT-VALUE})")
    private int longest = CheckGrid.LONGEST;

    @Option(
            names = "--op",
            split = ",",
            paramLabel = "NAME",
            completionCandidates = OpNames.class,
            description = "only these ops: ${COMPLETION-CANDIDATES}; a seed then gives other rows than with all ops")
    private List<String> names = OracleCheck.names();

    private static final class OpNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return OracleCheck.names().iterator();
        }
    }

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
        List<Case> cases = cases(size.grid());
        if (cases.isEmpty()) {
            throw new IllegalArgumentException("check: no row is that short: longest=" + longest);
        }
        List<OpCheck> checks = OracleCheck.named(names);
        if (!checks.equals(OracleCheck.OPS) && (instead.accuracy || instead.record != null)) {
            throw new IllegalArgumentException("check: --accuracy and --record are of every op: op=" + names);
        }
        OutputFile golden = instead.record == null ? null : OutputFile.tried("check", instead.record);
        try (LogitOps ops = session.open()) {
            out.println(ops.backendReport());
            if (golden != null) {
                Goldens.record(ops, golden);
                out.println("check: recorded file=" + golden);
                return 0;
            }
            return check(ops, cases, checks, out);
        }
    }

    private List<Case> cases(CheckGrid grid) {
        return instead.accuracy ? Accuracy.cases(grid, longest) : grid.cases(longest);
    }

    private int check(LogitOps ops, List<Case> cases, List<OpCheck> checks, PrintWriter out) {
        long usedSeed = seed != null ? seed : ThreadLocalRandom.current().nextLong(1L << 32);
        out.printf("seed=%d, cases=%d, longest=%d%n", usedSeed, cases.size(), longest);
        out.flush();
        Verdict verdict = new Verdict();
        if (instead.accuracy) {
            Accuracy accuracy = new Accuracy(verdict, usedSeed);
            run(cases, each -> accuracy.run(ops, each));
            out.printf(
                    "%nLargest errors on hard rows, beside those of plain loops in float:%n%n%s%n", accuracy.table());
        } else {
            run(cases, new OracleCheck(ops, checks, verdict, usedSeed)::run);
            out.printf("%nLargest errors in units of their bounds (1 is the most allowed):%n%n%s%n", verdict.table());
        }
        String scope = "seed=" + usedSeed
                + (checks.equals(OracleCheck.OPS) ? "" : ", ops=" + names)
                + leftOut(lengths(cases), lengths(cases(CheckGrid.FULL)));
        return report(verdict, scope, out);
    }

    /** Work is counted in elements of rows: a long row takes as much longer. */
    private void run(List<Case> cases, Consumer<Case> work) {
        long elements = cases.stream().mapToLong(Case::classes).sum();
        try (Progress progress =
                new Progress("check", elements, spec.commandLine().getErr())) {
            ParallelCases.forEach(cases, each -> {
                work.accept(each);
                progress.step(each.classes());
            });
        }
    }

    private static TreeSet<Integer> lengths(List<Case> cases) {
        return cases.stream().map(Case::classes).collect(Collectors.toCollection(TreeSet::new));
    }

    /** What {@code --full} would add; empty if nothing. */
    private String leftOut(TreeSet<Integer> lengths, TreeSet<Integer> all) {
        return lengths.equals(all)
                ? ""
                : ", " + size.grid().name().toLowerCase(Locale.ROOT) + ": rows of " + lengths.size() + " lengths up to "
                        + lengths.last() + "; --full has " + all.size() + ", up to " + all.last();
    }

    /**
     * The end of what is printed; returns the exit code.
     *
     * @param scope for the last line: what was checked
     */
    static int report(Verdict verdict, String scope, PrintWriter out) {
        out.println();
        List<String> failures = verdict.failures();
        failures.stream().limit(MOST_FAILURES).forEach(failure -> out.println("off: " + failure));
        if (failures.size() > MOST_FAILURES) {
            out.println("off: and " + (failures.size() - MOST_FAILURES) + " more");
        }
        out.printf(
                Locale.ROOT,
                "check: %s values=%d worst=%.4f %s%n",
                failures.isEmpty() ? "passed" : "FAILED",
                verdict.table().values(),
                verdict.table().worst(),
                scope);
        return failures.isEmpty() ? 0 : 1;
    }
}
