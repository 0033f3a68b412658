package io.github.logitops.driver.jcuda;

import static jcuda.driver.JCudaDriver.cuDriverGetVersion;

import io.github.logitops.memory.DriverException;
import jcuda.driver.CUdeviceptr;

/** JCuda and the CUDA driver's library below it: loaded once, or found missing once. */
final class CudaLibrary {
    private static boolean attempted;
    private static DriverException failure;

    private CudaLibrary() {}

    /**
     * Throws a {@link DriverException} whose message is the plain reason, unless the library is loaded. One attempt is made per
     * process: after it, the virtual machine only says that a class is broken.
     */
    static synchronized void require() {
        if (!attempted) {
            failure = attempt();
            attempted = true;
        }
        if (failure != null) {
            throw new DriverException(failure.getMessage(), failure);
        }
    }

    private static DriverException attempt() {
        try {
            Natives.load("JCudaDriver", () -> {
                Handles.raw(new CUdeviceptr()); // that this is a JCuda that they know
                return Cuda.code(() -> cuDriverGetVersion(new int[1]));
            });
            return null;
        } catch (DriverException e) {
            return e;
        }
    }
}
