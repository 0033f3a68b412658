package io.github.logitops.cli.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.LogitOps;
import io.github.logitops.OpenOptions;
import io.github.logitops.Sessions;
import io.github.logitops.cpu.HostDriver;
import io.github.logitops.device.KernelExecutor;
import io.github.logitops.driver.Launch;
import io.github.logitops.emulator.PtxEmulatorDriver;
import io.github.logitops.support.TriedOps;
import io.github.logitops.support.WatchedDriver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * {@code logitops check} on a GPU launches every kernel that ships, on its smallest grid too, and with the arguments that it reads; no
 * kernel runs here.
 */
@Order(4) // what takes longest begins first
@Execution(ExecutionMode.CONCURRENT)
class EveryKernelTest {
    private static final Path PTX = Path.of("src/main/resources/io/github/logitops/ptx");
    private static final Pattern ENTRY = Pattern.compile("^\\.visible \\.entry (\\w+)\\(", Pattern.MULTILINE);

    private static final Pattern ROWS =
            Pattern.compile("(?<!_cluster)_rows_"); // in the names of kernels whose threads share rows

    private static List<Launch> launches;

    @BeforeAll
    static void check() {
        WatchedDriver driver = new WatchedDriver(new HostDriver());
        try (LogitOps ops = Sessions.over(driver, new KernelExecutor(driver), OpenOptions.defaults())) {
            List<OpCheck> tried = OracleCheck.OPS.stream()
                    .filter(check -> TriedOps.has(check.op()))
                    .toList();
            OracleCheck check = new OracleCheck(ops, tried, new Verdict(), 1);
            CheckGrid.LEAST.cases(CheckGrid.LONGEST).forEach(check::run);
        }
        launches = driver.launches();
    }

    @Test
    void isChecked() throws IOException {
        assertEquals(shipped(), entries(launch -> true));
    }

    /** A thread, a warp and a block have a row each. */
    @Test
    void isCheckedWithEachWayToShareARow() {
        TreeSet<String> ofRows = entries(launch -> ROWS.matcher(launch.entry()).find());
        assertEquals(ofRows, ofRows(threads -> threads == 1));
        assertEquals(ofRows, ofRows(threads -> threads == 32));
        assertEquals(ofRows, ofRows(threads -> threads > 32));
    }

    private static TreeSet<String> ofRows(IntPredicate threads) {
        return entries(launch -> ROWS.matcher(launch.entry()).find() && threads.test(launch.threads()));
    }

    /** On every architecture: as many bytes, and each field where the PTX loads it and as what. */
    @Test
    void isGivenTheArgumentsThatItReads() throws IOException {
        Map<String, List<Launch>> given = launches.stream().collect(Collectors.groupingBy(Launch::entry));
        for (Path file : ptx("")) {
            try (PtxEmulatorDriver device = new PtxEmulatorDriver(90)) {
                String name = file.getFileName().toString().replaceFirst("\\..*", "");
                long module = device.loadModule(name, Files.readAllBytes(file));
                for (String entry : entries(file)) {
                    long function = device.function(module, entry);
                    assertTrue(given.containsKey(entry), entry);
                    given.get(entry).forEach(launch -> device.requireTaken(function, launch));
                }
            }
        }
    }

    private static TreeSet<String> entries(Predicate<Launch> which) {
        return launches.stream().filter(which).map(Launch::entry).collect(Collectors.toCollection(TreeSet::new));
    }

    private static TreeSet<String> shipped() throws IOException {
        TreeSet<String> shipped = new TreeSet<>();
        for (Path file : ptx("")) {
            shipped.addAll(entries(file));
        }
        return shipped;
    }

    private static List<Path> ptx(String architecture) throws IOException {
        try (Stream<Path> files = Files.list(PTX)) {
            return files.filter(file -> file.toString().endsWith(architecture + ".ptx"))
                    .filter(file -> TriedOps.haveEntry(file.getFileName().toString()))
                    .toList();
        }
    }

    private static List<String> entries(Path file) throws IOException {
        return ENTRY.matcher(Files.readString(file))
                .results()
                .map(entry -> entry.group(1))
                .toList();
    }
}
