package io.github.logitops;

import io.github.logitops.driver.Driver;
import io.github.logitops.driver.DriverException;
import java.lang.reflect.InvocationTargetException;

/**
 * Opens the CUDA driver: below a session, or beside one for tools that measure. This is the one place that knows its class, by name only, so that a machine without CUDA never links
 * it.
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
            return (Driver) Class.forName(CLASS).getMethod("open", int.class).invoke(null, ordinal);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof DriverException reason) {
                throw new BackendUnavailableException(Backend.CUDA, reason.getMessage());
            }
            throw new BackendUnavailableException(Backend.CUDA, String.valueOf(e.getCause()));
        } catch (ReflectiveOperationException | LinkageError e) {
            throw new BackendUnavailableException(Backend.CUDA, "JCuda is not on the class path: " + e.getMessage());
        }
    }
}
