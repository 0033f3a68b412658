package io.github.logitops;

import io.github.logitops.driver.MemoryDriver;
import io.github.logitops.op.Executor;

/** Opens the seam that sessions are built on to the tests in other packages. */
public final class Sessions {
    private Sessions() {}

    /** A session on any driver. */
    public static LogitOps over(MemoryDriver driver, Executor executor, OpenOptions options) {
        BackendReport report = new BackendReport(Backend.CPU, Backend.CPU, driver.device(), "for a test");
        return LogitOps.over(new Opening(driver, executor, report, options));
    }
}
