package io.github.logitops.support;

import io.github.logitops.Backend;
import io.github.logitops.BackendUnavailableException;
import io.github.logitops.LogitOps;
import io.github.logitops.driver.CudaDriver;
import io.github.logitops.driver.Driver;
import io.github.logitops.memory.DriverException;
import org.junit.jupiter.api.Assumptions;

/**
 * A real GPU. Where there is none its tests are skipped, unless {@code -Dlogitops.require=cuda} makes that a failure. A driver that
 * is never closed holds the context, which each test would otherwise make and destroy: see {@link LogitOps#open}.
 */
public final class GpuRig implements Rig {
    private static Driver held;

    private static synchronized void holdContext() {
        if (held == null) {
            held = CudaDriver.open(0);
        }
    }

    @Override
    public LogitOps open() {
        holdContext();
        return LogitOps.open(Backend.CUDA);
    }

    /** Before all tests of a contract: skips them, or fails them, if no GPU runs here. */
    public static void requireGpu() {
        try {
            new GpuRig().open().close();
        } catch (BackendUnavailableException | DriverException e) {
            if (System.getProperty("logitops.require", "").equals("cuda")) {
                throw e;
            }
            Assumptions.abort(e.getMessage());
        }
    }
}
