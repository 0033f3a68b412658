package io.github.logitops;

import io.github.logitops.base.Resources;
import io.github.logitops.cpu.CpuExecutor;
import io.github.logitops.cpu.HostDriver;
import io.github.logitops.device.KernelExecutor;
import io.github.logitops.driver.CudaDriver;
import io.github.logitops.driver.Driver;
import io.github.logitops.driver.LoadFailure;
import io.github.logitops.driver.MemoryDriver;
import io.github.logitops.memory.DriverException;
import io.github.logitops.op.Executor;
import java.util.List;

/** What a session is opened on: from the backend that was asked for to the one that runs here. */
record Opening(MemoryDriver driver, Executor executor, BackendReport report, OpenOptions options) {
    static Opening of(Backend backend, OpenOptions options) {
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
        CpuExecutor executor = new CpuExecutor(driver, options.fastCpu());
        String device = driver.device() + ", " + CpuExecutor.description(options.fastCpu());
        BackendReport report = new BackendReport(backend, Backend.CPU, device, reason);
        return new Opening(driver, executor, report, options.withCacheLimitBytes(0));
    }

    private static Opening onCuda(Backend backend, OpenOptions options) {
        Driver driver = driver(options.deviceOrdinal());
        try {
            KernelExecutor executor = new KernelExecutor(driver);
            String reason = "it runs here, on " + executor.target();
            return new Opening(
                    driver, executor, new BackendReport(backend, Backend.CUDA, driver.device(), reason), options);
        } catch (RuntimeException | LinkageError e) { // such as a device that no kernel is for
            Resources.closeAfter(e, List.of(driver));
            throw new BackendUnavailableException(Backend.CUDA, LoadFailure.reason(e), e);
        }
    }

    private static Driver driver(int ordinal) {
        try {
            return CudaDriver.open(ordinal);
        } catch (DriverException e) {
            throw new BackendUnavailableException(Backend.CUDA, e.getMessage(), e);
        }
    }
}
