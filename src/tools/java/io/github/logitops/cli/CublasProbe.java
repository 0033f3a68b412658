package io.github.logitops.cli;

import io.github.logitops.driver.LoadFailure;
import io.github.logitops.memory.DriverException;

/** Asks for cuBLAS by name only, as sessions do for the CUDA driver: where JCublas is not on the class path, that is the answer. */
public final class CublasProbe {
    private static final String CLASS = "io.github.logitops.driver.jcuda.CublasLibrary";

    private CublasProbe() {}

    /**
     * Its version and what it is called.
     *
     * @throws DriverException with the reason if it does not run here
     */
    public static Object version() {
        return LoadFailure.explain(
                () -> Class.forName(CLASS).getMethod("version").invoke(null));
    }
}
