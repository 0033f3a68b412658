package io.github.logitops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.logitops.memory.LeakTracking;
import org.junit.jupiter.api.Test;

class OpenOptionsTest {
    private final OpenOptions defaults = OpenOptions.defaults();

    @Test
    void changeOneThingAtATime() {
        OpenOptions changed = defaults.withDeviceOrdinal(1)
                .withMemoryLimitBytes(2)
                .withCacheLimitBytes(3)
                .withLeakTracking(LeakTracking.SITES)
                .withFastCpu(true);
        assertEquals(new OpenOptions(1, 2, 3, LeakTracking.SITES, true), changed);
    }

    @Test
    void sessionsTellThem() {
        OpenOptions options = defaults.withMemoryLimitBytes(1 << 20).withCacheLimitBytes(0);
        try (LogitOps ops = LogitOps.open(Backend.CPU, options)) {
            assertEquals(options, ops.options());
        }
    }

    @Test
    void nameWhatIsWrong() {
        assertMessage("openOptions: devices count from 0: deviceOrdinal=-1", () -> defaults.withDeviceOrdinal(-1));
        assertMessage(
                "openOptions: the memory limit must be positive: memoryLimitBytes=0",
                () -> defaults.withMemoryLimitBytes(0));
        assertMessage(
                "openOptions: the cache limit must not be negative: cacheLimitBytes=-1",
                () -> defaults.withCacheLimitBytes(-1));
    }

    @Test
    void leakTrackingFollowsTheSystemProperty() {
        String before = System.getProperty("logitops.leakTracking");
        try {
            System.setProperty("logitops.leakTracking", "on");
            assertMessage(
                    "openOptions: leak tracking is OFF or SITES: logitops.leakTracking=on", OpenOptions::defaults);
            System.setProperty("logitops.leakTracking", "SITES");
            assertEquals(LeakTracking.SITES, OpenOptions.defaults().leakTracking());
        } finally {
            if (before == null) {
                System.clearProperty("logitops.leakTracking");
            } else {
                System.setProperty("logitops.leakTracking", before);
            }
        }
    }

    private static void assertMessage(String message, Runnable call) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
    }
}
