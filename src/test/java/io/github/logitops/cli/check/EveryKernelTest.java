package io.github.logitops.cli.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.logitops.LogitOps;
import io.github.logitops.OpenOptions;
import io.github.logitops.Sessions;
import io.github.logitops.cpu.HostDriver;
import io.github.logitops.device.KernelExecutor;
import io.github.logitops.driver.Launch;
import io.github.logitops.support.WatchedDriver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@code logitops check} on a GPU launches every kernel that ships, on its smallest grid too; no kernel runs here. */
class EveryKernelTest {
    private static final Path PTX = Path.of("src/main/resources/io/github/logitops/ptx");
    private static final Pattern ENTRY = Pattern.compile("^\\.visible \\.entry (\\w+)\\(", Pattern.MULTILINE);

    private static final String ROWS = "_rows_"; // in the names of kernels whose threads share rows

    private static List<Launch> launches;

    @BeforeAll
    static void check() {
        WatchedDriver driver = new WatchedDriver(new HostDriver());
        try (LogitOps ops = Sessions.over(driver, new KernelExecutor(driver), OpenOptions.defaults())) {
            OracleCheck check = new OracleCheck(ops, new Verdict(), 1);
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
        TreeSet<String> ofRows = entries(launch -> launch.entry().contains(ROWS));
        assertEquals(ofRows, entries(launch -> launch.entry().contains(ROWS) && launch.threads() == 1));
        assertEquals(ofRows, entries(launch -> launch.entry().contains(ROWS) && launch.threads() == 32));
        assertEquals(ofRows, entries(launch -> launch.entry().contains(ROWS) && launch.threads() > 32));
    }

    private static TreeSet<String> entries(Predicate<Launch> which) {
        return launches.stream().filter(which).map(Launch::entry).collect(Collectors.toCollection(TreeSet::new));
    }

    /** All but the ceilings, which {@code logitops bench} checks before it measures them. */
    private static TreeSet<String> shipped() throws IOException {
        TreeSet<String> shipped = new TreeSet<>();
        try (Stream<Path> files = Files.list(PTX)) {
            List<Path> modules =
                    files.filter(file -> file.toString().endsWith(".sm_90.ptx")).toList();
            for (Path module : modules) {
                ENTRY.matcher(Files.readString(module)).results().forEach(entry -> shipped.add(entry.group(1)));
            }
        }
        shipped.removeIf(entry -> entry.startsWith("ceiling_"));
        return shipped;
    }
}
