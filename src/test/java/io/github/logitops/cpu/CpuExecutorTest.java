package io.github.logitops.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.logitops.support.Problems;
import org.junit.jupiter.api.Test;

class CpuExecutorTest {
    @Test
    void everyProblemIsKnown() {
        assertEquals(Problems.all(), new CpuExecutor(new HostDriver()).problems());
    }
}
