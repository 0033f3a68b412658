package io.github.logitops.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.logitops.Backend;
import io.github.logitops.support.ChildJvm;
import io.github.logitops.support.CudaStub;
import io.github.logitops.support.Seed;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** {@link CloseStress} in both modes; CUDA is the stub of src/test/c/libcuda.c, where touching memory that was freed is a crash. */
@Order(5) // what takes longest begins first
@Execution(ExecutionMode.CONCURRENT) // they wait for other processes
class CloseStressTest {
    private static final String SECONDS = "10";

    @TempDir
    Path directory;

    @Test
    void onAStub() throws Exception {
        CudaStub.compile(directory);
        assertSurvives(Backend.CUDA, Map.of("LD_LIBRARY_PATH", directory.toString())); // and no log, which takes time
    }

    @Test
    void inTheCpuMode() {
        assertSurvives(Backend.CPU, Map.of());
    }

    private void assertSurvives(Backend backend, Map<String, String> environment) {
        ChildJvm.End end = ChildJvm.start(
                        CloseStress.class, directory, environment, backend.name(), SECONDS, Long.toString(Seed.VALUE))
                .await();
        assertEquals(0, end.exitCode(), String.join("\n", end.lines()));
    }
}
