package io.github.logitops.device;

import io.github.logitops.driver.ClusterRefusedException;
import io.github.logitops.driver.Driver;
import io.github.logitops.driver.Launch;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Stream;
import io.github.logitops.op.Rows;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Op;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Launches kernels, which are loaded when they are first used. */
final class Launcher {
    private static final Logger LOG = LoggerFactory.getLogger(Launcher.class);
    private static final long DEFAULT_STREAM = 0;
    private static final Kernel SPREAD = Kernels.of(Op.LOG_SUM_EXP, "bwd").entry(Tier.CLUSTER_ROWS, DType.F32);

    private final Driver driver;
    private final KernelCatalog catalog;
    private volatile LaunchPlanner.Limits limits;

    Launcher(Driver driver) {
        this.driver = driver;
        this.catalog = new KernelCatalog(driver);
        this.limits = new LaunchPlanner.Limits(driver.maxSharedBytes(), catalog.mostClusterBlocks());
    }

    /** Which PTX this device gets, in words. */
    String target() {
        return catalog.target();
    }

    /** Loads what a kernel is launched from on rows of a tier, if this device has it: for as many blocks of a cluster as may share one. */
    void load(Kernel kernel, Tier tier) {
        if (!tier.isOfClusters()) {
            catalog.function(kernel, 1);
            return;
        }
        for (int blocks = 2; blocks <= limits.clusterBlocks(); blocks++) {
            if (LaunchPlanner.mayShare(blocks, tier)) {
                catalog.function(kernel, blocks);
            }
        }
    }

    /** A launch for rows that lie like these. */
    RowLaunch rows(KernelEntries kernel, Rows rows) {
        return rows(kernel, rows, false);
    }

    /** The same; {@code probabilities}: whether the targets are. */
    RowLaunch rows(KernelEntries kernel, Rows rows, boolean probabilities) {
        return planned(kernel, rows, LaunchPlanner.plan(kernel.kernel(), rows, probabilities, limits));
    }

    /** A launch of the first kernel if it has rows that lie like these in registers, else of the other. */
    RowLaunch rowsOrElse(KernelEntries ifHeld, Rows rows, KernelEntries otherwise) {
        LaunchPlanner.Plan plan = LaunchPlanner.plan(ifHeld.kernel(), rows, false, limits); // once: limits may sink
        return plan.tier().holds() ? planned(ifHeld, rows, plan) : rows(otherwise, rows);
    }

    private static RowLaunch planned(KernelEntries kernel, Rows rows, LaunchPlanner.Plan plan) {
        Parameters parameters = new Parameters().shape(rows, plan.geometry().keptFragments());
        return new RowLaunch(kernel.entry(plan.tier(), rows.dtype()), plan.geometry(), parameters);
    }

    /** Queues it. */
    void run(RowLaunch launch, Stream stream) {
        launch(launch.kernel(), launch.geometry(), launch.parameters(), stream.handle());
    }

    /** How many blocks can share a row: the device is asked, with launches on no rows, from as many as there may be. */
    int clusterBlocks() {
        while (limits.clusterBlocks() > 1) {
            int blocks = limits.clusterBlocks();
            Parameters none = new Parameters().int64(0).int64(0).int32(0).int32(0);
            none.tensor(null).tensor(null).perRow(null, 0).gradScale(GradScale.ONE);
            try {
                launch(SPREAD, LaunchPlanner.oneCluster(blocks), none, DEFAULT_STREAM);
                driver.synchronize(DEFAULT_STREAM);
                return blocks;
            } catch (ClusterRefusedException e) {
                LOG.debug("clusters: {}", e.getMessage());
            }
        }
        return 1;
    }

    /** Launches a thread for each of this many rows. */
    void threadPerRow(Kernel kernel, long rows, Parameters parameters, Stream stream) {
        launch(kernel, LaunchPlanner.threadPerRow(rows), parameters, stream.handle());
    }

    /** Launches threads that walk elements. */
    void elements(Kernel kernel, ElementWalk walk, Parameters parameters, Stream stream) {
        launch(kernel, walk.geometry(), parameters, stream.handle());
    }

    /** Launches so many blocks that add up what rows came to. */
    void sums(Kernel kernel, int blocks, Parameters parameters, Stream stream) {
        launch(kernel, new LaunchPlanner.Geometry(blocks, LaunchPlanner.SUM_THREADS), parameters, stream.handle());
    }

    private void launch(Kernel kernel, LaunchPlanner.Geometry geometry, Parameters parameters, long stream) {
        if (geometry.blocks() == 0) { // an empty grid is an error to CUDA
            return;
        }
        Launch launch = new Launch(
                catalog.function(kernel, geometry.clusterBlocks()),
                kernel.entry(),
                geometry.blocks(),
                geometry.threads(),
                geometry.rowsOfBlock(),
                geometry.sharedBytes(),
                parameters.fields());
        try {
            driver.launch(launch, stream);
        } catch (ClusterRefusedException e) {
            refused(geometry.clusterBlocks());
            throw e;
        }
    }

    /** From now on rows are planned for clusters that are smaller: of no more blocks than the next lower power of 2. */
    private synchronized void refused(int clusterBlocks) {
        int left = Math.min(limits.clusterBlocks(), Integer.highestOneBit(clusterBlocks - 1));
        limits = new LaunchPlanner.Limits(limits.sharedBytes(), left);
        LOG.info("clusters: refused, so that fewer blocks share a row: blocks={}, most={}", clusterBlocks, left);
    }
}
