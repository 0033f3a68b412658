package io.github.logitops.cli.experiments;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import io.github.logitops.Backend;
import io.github.logitops.BackendUnavailableException;
import io.github.logitops.LogitOps;
import io.github.logitops.cli.CommandRun;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExperimentsCommandTest {
    @ParameterizedTest
    @ValueSource(strings = {"jit", "cluster", "cublas"})
    void withoutAGpuTheReasonIsSaid(String experiment) {
        String reason;
        try {
            LogitOps.open(Backend.CUDA).close();
            abort("there is a GPU");
            return;
        } catch (BackendUnavailableException e) {
            reason = e.getMessage();
        }
        CommandRun run = CommandRun.of("experiments", experiment);
        assertEquals(1, run.exitCode());
        assertEquals("logitops: " + reason, run.err().get(0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"jit", "cluster"})
    void onAGpuEachHasAFinding(String experiment) {
        try {
            LogitOps.open(Backend.CUDA).close();
        } catch (BackendUnavailableException e) {
            abort(e.getMessage());
        }
        CommandRun run = CommandRun.of("experiments", experiment);
        assertEquals(0, run.exitCode(), run.err()::toString);
        assertTrue(run.lastLine().startsWith(experiment + ": "), run.lastLine());
    }
}
