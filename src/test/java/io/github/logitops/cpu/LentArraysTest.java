package io.github.logitops.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.Backend;
import io.github.logitops.LogitOps;
import io.github.logitops.memory.DriverException;
import io.github.logitops.memory.HostTensor;
import io.github.logitops.memory.MemoryStatistics;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;
import org.junit.jupiter.api.Test;

/** In the CPU mode arrays of callers are used as they are. */
class LentArraysTest {
    private static final Shape SHAPE = Shape.of(64, 1000);

    @Test
    void anArrayIsMemoryUntilItIsTakenBack() {
        try (HostDriver driver = new HostDriver()) {
            long address = driver.lend(HostTensor.of(new float[10], Shape.of(10)));
            assertTrue(driver.isAccessible(address + 8, 32));
            assertFalse(driver.isAccessible(address + 8, 36));
            assertThrows(DriverException.class, () -> driver.fill(address, (byte) 0, 4, 0));
            driver.takeBack(address);
            assertFalse(driver.isAccessible(address, 4));
        }
    }

    @Test
    void whatCannotBeUsedIsNotLent() {
        try (HostDriver driver = new HostDriver()) {
            assertEquals(0, driver.lend(HostTensor.of(new short[10], DType.BF16, Shape.of(10))));
            assertEquals(0, driver.lend(HostTensor.of(new float[0], Shape.of(0))));
        }
    }

    @Test
    void inputsStayAsTheyAreAndNothingOfTheirSizeIsAllocated() {
        float[] x = new float[(int) SHAPE.elements()];
        for (int i = 0; i < x.length; i++) {
            x[i] = i % 7;
        }
        float[] before = x.clone();
        int[] labels = new int[64];
        try (LogitOps ops = LogitOps.open(Backend.CPU)) {
            float[] y = ops.softmax().forward(x, SHAPE);
            float[] gradient = ops.crossEntropy(CrossEntropyOptions.defaults())
                    .forwardBackward(x, labels, SHAPE)
                    .gradient();
            assertNotSame(x, y);
            assertArrayEquals(before, x);
            assertEquals((y[1] - 0) / 64, gradient[1], 1e-7f);
            MemoryStatistics statistics = ops.memoryStatistics();
            assertEquals(0, statistics.bytesInUse());
            assertTrue(statistics.peakBytes() < SHAPE.elements(), statistics.toString());
        }
    }
}
