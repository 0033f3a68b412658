package io.github.logitops.device;

import io.github.logitops.driver.Driver;
import java.util.concurrent.atomic.AtomicLongArray;

/** The kernels that ship as PTX, each loaded into a device when it is first asked for. */
final class KernelCatalog {
    private static final long NOT_LOADED = Long.MIN_VALUE; // no address, and no index

    private final Driver driver;
    private final int architecture;
    private final AtomicLongArray functions = new AtomicLongArray(Kernels.all().size()); // by number

    KernelCatalog(Driver driver) {
        this.driver = driver;
        this.architecture = KernelManifest.architecture(driver.computeCapability());
        for (int i = 0; i < functions.length(); i++) {
            functions.setPlain(i, NOT_LOADED);
        }
    }

    /** The device's handle of a kernel. */
    long function(Kernel kernel) {
        long function = functions.get(kernel.number());
        return function != NOT_LOADED ? function : load(kernel);
    }

    /** Which PTX this device gets; all of it is compiled by the driver. */
    String target() {
        String target = "PTX for sm_" + architecture;
        return driver.computeCapability() == architecture
                ? target
                : target + " that the driver compiles for sm_" + driver.computeCapability();
    }

    /** One at a time, so that none is loaded twice. */
    private synchronized long load(Kernel kernel) {
        long function = functions.get(kernel.number());
        if (function == NOT_LOADED) {
            byte[] ptx = KernelManifest.ptx(kernel.entry(), driver.computeCapability());
            function = driver.function(driver.loadModule(kernel.entry(), ptx), kernel.entry());
            functions.set(kernel.number(), function);
        }
        return function;
    }
}
