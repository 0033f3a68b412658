package io.github.logitops.support;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GpuRigTest {
    @TempDir
    Path directory;

    /** How many hold the context after each call that changes it: the rig from the first on, and each session while it is open. */
    @Test
    void theContextStaysBetweenSessions() throws Exception {
        CudaStub.compile(directory);
        Map<String, String> environment = CudaStub.environment(directory);
        ChildJvm.End end =
                ChildJvm.start(GpuRigMain.class, directory, environment).await();
        assertEquals(0, end.exitCode(), end.lines()::toString);
        List<Integer> holders = new ArrayList<>();
        int held = 0;
        for (String call : Files.readAllLines(Path.of(environment.get("LOGITOPS_STUB_LOG")))) {
            if (call.startsWith("cuDevicePrimaryCtx")) {
                held += call.startsWith("cuDevicePrimaryCtxRetain") ? 1 : -1;
                holders.add(held);
            }
        }
        assertEquals(List.of(1, 2, 1, 2, 1, 2, 1, 2, 1), holders);
    }
}
