package io.github.logitops;

import io.github.logitops.device.KernelExecutor;
import io.github.logitops.driver.Driver;
import io.github.logitops.driver.DriverException;
import io.github.logitops.driver.LoadFailure;

/**
 * Opens the CUDA driver: below a session, or beside one for tools that measure. This is the one place that knows its class, by
 * name only, so that a machine without CUDA never links it.
 */
public final class CudaDriver {
    private static final String CLASS = "io.github.logitops.driver.jcuda.JCudaDriver";

    private CudaDriver() {}

    /**
     * The driver of a device.
     *
     * @throws BackendUnavailableException with the reason, if it does not run here
     */
    public static Driver open(int ordinal) {
        try {
            return (Driver) LoadFailure.explain(
                    () -> Class.forName(CLASS).getMethod("open", int.class).invoke(null, ordinal));
        } catch (DriverException e) {
            throw new BackendUnavailableException(Backend.CUDA, e.getMessage(), e);
        }
    }

    /**
     * How many blocks of a cluster can share a long row on a device; 1 where it has no clusters. Launches kernels on no rows to find out,
     * and waits for them.
     *
     * @throws BackendUnavailableException as {@link #open}
     */
    public static int clusterBlocks(int ordinal) {
        try (Driver driver = open(ordinal)) {
            return new KernelExecutor(driver).clusterBlocks();
        }
    }
}
