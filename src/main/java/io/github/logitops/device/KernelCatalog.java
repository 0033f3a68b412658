package io.github.logitops.device;

import io.github.logitops.driver.Driver;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The kernels that ship as PTX, each loaded into a device when it is first asked for. Kernels of clusters are loaded for each number
 * of blocks by itself: it stands in their PTX, as CUDA's plain launches have no word for it.
 */
final class KernelCatalog {
    private static final int MOST_BLOCKS = KernelManifest.geometry("MostClusterBlocks"); // of a cluster
    private static final int MOST_PORTABLE = 8;
    private static final int CLUSTERS = 90; // the architecture that has them first
    private static final String BLOCKS_OF_CLUSTER = ".reqnctapercluster 2, 1, 1"; // as it ships
    private static final long NOT_LOADED = Long.MIN_VALUE; // no address, and no index

    private final Driver driver;
    private final int architecture;
    private final AtomicLongArray functions =
            new AtomicLongArray(MOST_BLOCKS * Kernels.all().size()); // by number and blocks of a cluster

    KernelCatalog(Driver driver) {
        this.driver = driver;
        this.architecture = KernelManifest.architecture(driver.computeCapability());
        for (int i = 0; i < functions.length(); i++) {
            functions.setPlain(i, NOT_LOADED);
        }
    }

    /** The device's handle of a kernel, for clusters of this many blocks. */
    long function(Kernel kernel, int clusterBlocks) {
        long function = functions.get(index(kernel, clusterBlocks));
        return function != NOT_LOADED ? function : load(kernel, clusterBlocks);
    }

    private static int index(Kernel kernel, int clusterBlocks) {
        return MOST_BLOCKS * kernel.number() + clusterBlocks - 1;
    }

    /** Which PTX this device gets; all of it is compiled by the driver. */
    String target() {
        String target = "PTX for sm_" + architecture;
        return driver.computeCapability() == architecture
                ? target
                : target + " that the driver compiles for sm_" + driver.computeCapability();
    }

    /** How many blocks of a cluster there may be; 1 if the device has no clusters. */
    int mostClusterBlocks() {
        return architecture >= CLUSTERS ? MOST_BLOCKS : 1;
    }

    /** One at a time, so that none is loaded twice. */
    private synchronized long load(Kernel kernel, int clusterBlocks) {
        int index = index(kernel, clusterBlocks);
        long function = functions.get(index);
        if (function == NOT_LOADED) {
            byte[] ptx = KernelManifest.ptx(kernel.entry(), driver.computeCapability());
            byte[] ofSize = clusterBlocks == 1 ? ptx : ofClusters(ptx, clusterBlocks);
            function = driver.function(driver.loadModule(kernel.entry(), ofSize), kernel.entry());
            if (clusterBlocks > MOST_PORTABLE) {
                driver.allowLargeClusters(function);
            }
            functions.set(index, function);
        }
        return function;
    }

    private static byte[] ofClusters(byte[] ptx, int blocks) {
        return new String(ptx, StandardCharsets.US_ASCII)
                .replace(BLOCKS_OF_CLUSTER, ".reqnctapercluster " + blocks + ", 1, 1")
                .getBytes(StandardCharsets.US_ASCII);
    }
}
