package io.github.logitops.support;

import io.github.logitops.LogitOps;
import io.github.logitops.OpenOptions;
import io.github.logitops.Sessions;
import io.github.logitops.device.KernelExecutor;
import io.github.logitops.driver.Driver;
import io.github.logitops.emulator.PtxEmulatorDriver;

/**
 * The kernels that ship, interpreted, under the library's own launch code. PTX ships for three architectures: the sessions of a
 * rig take turns, so that tests with many cases run all three for the price of one, and results that one test compares are
 * also compared between them.
 */
public final class EmulatedRig implements Rig {
    private static final int[] COMPUTE_CAPABILITIES = {90, 80, 75};

    private int opened;

    @Override
    public LogitOps open() {
        Driver driver = new PtxEmulatorDriver(COMPUTE_CAPABILITIES[opened++ % COMPUTE_CAPABILITIES.length]);
        // Without a cache no tensor finds what another left: reading what nobody wrote is found out.
        return Sessions.over(
                driver, new KernelExecutor(driver), OpenOptions.defaults().withCacheLimitBytes(0));
    }
}
