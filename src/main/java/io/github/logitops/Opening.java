package io.github.logitops;

import io.github.logitops.cpu.CpuExecutor;
import io.github.logitops.cpu.HostDriver;
import io.github.logitops.device.KernelExecutor;
import io.github.logitops.driver.Driver;
import io.github.logitops.driver.LoadFailure;
import io.github.logitops.memory.Resources;
import java.util.List;

/** From the backend that was asked for to a session on the one that runs here. */
final class Opening {
    private Opening() {}

    static LogitOps session(Backend backend, OpenOptions options) {
        String reason = "as asked";
        if (backend != Backend.CPU) {
            try {
                return onCuda(backend, options);
            } catch (BackendUnavailableException e) {
                if (backend == Backend.CUDA) {
                    throw e;
                }
                reason = e.getMessage();
            }
        }
        HostDriver driver = new HostDriver();
        BackendReport report = new BackendReport(backend, Backend.CPU, driver.device(), reason);
        return LogitOps.over(driver, new CpuExecutor(driver), report, options.withCacheLimitBytes(0));
    }

    private static LogitOps onCuda(Backend backend, OpenOptions options) {
        Driver driver = CudaDriver.open(options.deviceOrdinal());
        try {
            KernelExecutor executor = new KernelExecutor(driver);
            String reason = "it runs here, on " + executor.target();
            BackendReport report = new BackendReport(backend, Backend.CUDA, driver.device(), reason);
            return LogitOps.over(driver, executor, report, options);
        } catch (RuntimeException | LinkageError e) { // such as a device that no kernel is for
            Resources.closeAfter(e, List.of(driver));
            throw new BackendUnavailableException(Backend.CUDA, LoadFailure.reason(e), e);
        }
    }
}
