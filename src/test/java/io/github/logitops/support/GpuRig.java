package io.github.logitops.support;

import io.github.logitops.Backend;
import io.github.logitops.BackendUnavailableException;
import io.github.logitops.LogitOps;
import org.junit.jupiter.api.Assumptions;

/** A real GPU. Where there is none its tests are skipped, unless {@code -Dlogitops.require=cuda} makes that a failure. */
public final class GpuRig implements Rig {
    @Override
    public LogitOps open() {
        return LogitOps.open(Backend.CUDA);
    }

    /** For {@code @BeforeAll}: skips the class, or fails it, if no GPU runs here. */
    public static void requireGpu() {
        try {
            new GpuRig().open().close();
        } catch (BackendUnavailableException e) {
            if (System.getProperty("logitops.require", "").equals("cuda")) {
                throw e;
            }
            Assumptions.abort(e.getMessage());
        }
    }
}
