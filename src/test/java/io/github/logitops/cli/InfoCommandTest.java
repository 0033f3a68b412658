package io.github.logitops.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.Backend;
import io.github.logitops.BackendReport;
import io.github.logitops.LogitOps;
import java.util.List;
import org.junit.jupiter.api.Test;

class InfoCommandTest {
    @Test
    void showsWhatAutoChoosesAndWhy() {
        BackendReport report;
        try (LogitOps ops = LogitOps.open(Backend.AUTO)) {
            report = ops.backendReport();
        }
        CommandRun run = CommandRun.of("info");
        assertEquals(0, run.exitCode());
        assertEquals(List.of(), run.err());
        assertTrue(run.out().contains("backend   " + report.selected() + " (AUTO)"), run.out()::toString);
        assertTrue(run.out().contains("reason    " + report.reason()), run.out()::toString);
        assertTrue(run.out().contains("device    " + report.device()), run.out()::toString);
    }

    @Test
    void helpAndVersionGoToStandardOutput() {
        for (String option : List.of("--help", "--version")) {
            CommandRun run = CommandRun.of(option);
            assertEquals(0, run.exitCode());
            assertEquals(List.of(), run.err());
            assertTrue(run.out().get(0).contains("logitops"), run.out()::toString);
        }
    }
}
