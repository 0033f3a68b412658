package io.github.logitops.driver;

import io.github.logitops.memory.DriverException;

/**
 * Opens a CUDA device. Nothing else in the library refers to the class of its driver, and this does by name only: a session in
 * the CPU mode that was asked for loads no JCuda, and where JCuda cannot be loaded there is a reason instead of a linkage error.
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
