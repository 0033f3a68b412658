package io.github.logitops.cli;

import io.github.logitops.Backend;
import io.github.logitops.LogitOps;
import io.github.logitops.spec.DType;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code logitops check}: is every op right on this machine? */
@Command(
        name = "check",
        description = "Runs every op on the backend at hand and compares it with the oracle."
                + " Exit code 0 if every error is within its bound, 1 if not.",
        mixinStandardHelpOptions = true,
        versionProvider = LibraryVersion.class)
final class CheckCommand implements Callable<Integer> {
    private static final List<Integer> LENGTHS =
            List.of(1, 2, 3, 31, 32, 33, 255, 257, 1000, 1024, 1025, 4097, 50257, 262144);

    @Option(names = "--backend", description = "AUTO, CUDA or CPU (default: ${DEFAULT-VALUE})")
    private Backend backend = Backend.AUTO;

    @Option(names = "--seed", description = "seed of the random rows (default: ${DEFAULT-VALUE})")
    private long seed = 1;

    @Option(names = "--longest", description = "leave out longer rows (default: ${DEFAULT-VALUE})")
    private int longest = LENGTHS.get(LENGTHS.size() - 1);

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        List<Integer> lengths =
                LENGTHS.stream().filter(length -> length <= longest).toList();
        if (lengths.isEmpty()) {
            throw new IllegalArgumentException("check: no row is that short: longest=" + longest);
        }
        CheckTable table = new CheckTable();
        try (LogitOps ops = LogitOps.open(backend)) {
            out.println(ops.backendReport());
            OracleCheck check = new OracleCheck(ops, table, seed);
            for (DType dtype : DType.values()) {
                if (dtype.isFloating()) {
                    lengths.forEach(length -> check.run(dtype, length));
                }
            }
        }
        out.printf("%nLargest errors in units of their bounds (1 is the most allowed), row lengths %s:%n%n", lengths);
        out.println(table);
        boolean good = table.worst() <= 1;
        out.printf(
                Locale.ROOT,
                "%ncheck: %s values=%d worst=%.4f%n",
                good ? "passed" : "FAILED",
                table.values(),
                table.worst());
        return good ? 0 : 1;
    }
}
