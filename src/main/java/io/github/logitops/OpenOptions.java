package io.github.logitops;

import io.github.logitops.memory.LeakTracking;
import java.util.Objects;

/**
 * How a session is opened. Immutable; start from {@link #defaults()} and change what differs.
 *
 * @param memoryLimitBytes what the session's tensors may hold in all; more is a {@code DeviceOutOfMemoryException}
 * @param leakTracking whether tensors and streams remember the code that made and closed them
 */
public record OpenOptions(long memoryLimitBytes, LeakTracking leakTracking) {
    public OpenOptions {
        if (memoryLimitBytes < 1) {
            throw new IllegalArgumentException(
                    "openOptions: the memory limit must be positive: memoryLimitBytes=" + memoryLimitBytes);
        }
        Objects.requireNonNull(leakTracking, "leakTracking");
    }

    /** No memory limit; leak tracking as the system property {@code logitops.leakTracking} says (OFF or SITES), else OFF. */
    public static OpenOptions defaults() {
        return new OpenOptions(
                Long.MAX_VALUE, LeakTracking.valueOf(System.getProperty("logitops.leakTracking", "OFF")));
    }

    /** These options with another memory limit. */
    public OpenOptions withMemoryLimitBytes(long newMemoryLimitBytes) {
        return new OpenOptions(newMemoryLimitBytes, leakTracking);
    }

    /** These options with leak tracking on or off. */
    public OpenOptions withLeakTracking(LeakTracking newLeakTracking) {
        return new OpenOptions(memoryLimitBytes, newLeakTracking);
    }
}
