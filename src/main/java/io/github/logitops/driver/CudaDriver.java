package io.github.logitops.driver;

import io.github.logitops.memory.DriverException;

/**
 * Opens the CUDA driver. This is the one place that knows its class, by name only, so that a machine without CUDA never links it.
 */
public final class CudaDriver {
    private static final String CLASS = "io.github.logitops.driver.jcuda.JCudaDriver";

    private CudaDriver() {}

    /**
     * The driver of a device.
     *
     * @param ordinal which one, from 0 on
     * @throws DriverException with the reason, if it does not run here
     */
    public static InstrumentedDriver open(int ordinal) {
        return (InstrumentedDriver) LoadFailure.explain(
                () -> Class.forName(CLASS).getMethod("open", int.class).invoke(null, ordinal));
    }
}
