package io.github.logitops;

import io.github.logitops.base.Arguments;
import io.github.logitops.memory.LeakTracking;
import java.io.Serializable;

/**
 * How a session is opened. Immutable; start from {@link #defaults()} and change what differs.
 *
 * @param deviceOrdinal which GPU, counted from 0 as CUDA does; the CPU mode has no use for it
 * @param memoryLimitBytes what the session may hold on its device in all; more is a
 *     {@link io.github.logitops.memory.DeviceOutOfMemoryException}
 * @param cacheLimitBytes how much GPU memory of closed tensors is kept for the next ones; it counts as held, and is given back
 *     before an allocation fails. The CPU mode keeps none.
 * @param leakTracking whether tensors and streams remember the code that made and closed them
 * @param fastCpu whether the CPU mode computes softmax, its gradient, log-softmax and cross entropy with labels in floats: faster where
 *     the virtual machine has the Vector API ({@code --add-modules jdk.incubator.vector}), and as it ever does where not, which the
 *     backend report says. Errors are then those of the kernels, not one rounding; and F64, other ops, other axes than the last, short
 *     rows, soft targets, soft caps, weights with smoothing, and outputs beside the loss stay as they are.
 */
public record OpenOptions(
        int deviceOrdinal, long memoryLimitBytes, long cacheLimitBytes, LeakTracking leakTracking, boolean fastCpu)
        implements Serializable {
    public OpenOptions {
        if (deviceOrdinal < 0) {
            throw new IllegalArgumentException("openOptions: devices count from 0: deviceOrdinal=" + deviceOrdinal);
        }
        if (memoryLimitBytes < 1) {
            throw new IllegalArgumentException(
                    "openOptions: the memory limit must be positive: memoryLimitBytes=" + memoryLimitBytes);
        }
        if (cacheLimitBytes < 0) {
            throw new IllegalArgumentException(
                    "openOptions: the cache limit must not be negative: cacheLimitBytes=" + cacheLimitBytes);
        }
        Arguments.notNull("openOptions", "leakTracking", leakTracking);
    }

    /**
     * Device 0, no limits; leak tracking as the system property {@code logitops.leakTracking} says (OFF or SITES), else OFF.
     */
    public static OpenOptions defaults() {
        return new OpenOptions(0, Long.MAX_VALUE, Long.MAX_VALUE, defaultTracking(), false);
    }

    private static LeakTracking defaultTracking() {
        String value = System.getProperty("logitops.leakTracking", "OFF");
        try {
            return LeakTracking.valueOf(value);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "openOptions: leak tracking is OFF or SITES: logitops.leakTracking=" + value, e);
        }
    }

    /** These options with another GPU. */
    public OpenOptions withDeviceOrdinal(int newDeviceOrdinal) {
        return new OpenOptions(newDeviceOrdinal, memoryLimitBytes, cacheLimitBytes, leakTracking, fastCpu);
    }

    /** These options with another memory limit. */
    public OpenOptions withMemoryLimitBytes(long newMemoryLimitBytes) {
        return new OpenOptions(deviceOrdinal, newMemoryLimitBytes, cacheLimitBytes, leakTracking, fastCpu);
    }

    /** These options with another limit of the cache; 0 keeps nothing. */
    public OpenOptions withCacheLimitBytes(long newCacheLimitBytes) {
        return new OpenOptions(deviceOrdinal, memoryLimitBytes, newCacheLimitBytes, leakTracking, fastCpu);
    }

    /** These options with leak tracking on or off. */
    public OpenOptions withLeakTracking(LeakTracking newLeakTracking) {
        return new OpenOptions(deviceOrdinal, memoryLimitBytes, cacheLimitBytes, newLeakTracking, fastCpu);
    }

    /** These options with or without floats in the CPU mode. */
    public OpenOptions withFastCpu(boolean newFastCpu) {
        return new OpenOptions(deviceOrdinal, memoryLimitBytes, cacheLimitBytes, leakTracking, newFastCpu);
    }
}
