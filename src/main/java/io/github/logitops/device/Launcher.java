package io.github.logitops.device;

import io.github.logitops.driver.Driver;
import io.github.logitops.driver.KernelArguments;
import io.github.logitops.driver.Launch;
import io.github.logitops.memory.Stream;
import io.github.logitops.op.Rows;

/** Launches kernels, which are loaded when they are first used. */
final class Launcher {
    private static final LaunchPlanner.Geometry ONE_BLOCK = new LaunchPlanner.Geometry(1, LaunchPlanner.BLOCK_THREADS);

    private final Driver driver;
    private final KernelCatalog catalog;

    Launcher(Driver driver) {
        this.driver = driver;
        this.catalog = new KernelCatalog(driver);
    }

    /** Which PTX this device gets, in words. */
    String target() {
        return catalog.target();
    }

    /**
     * Launches for rows that lie like these.
     *
     * @param keptBytes what the kernel keeps of each column; it learns of how many batches as its last argument
     */
    void rows(int keptBytes, Kernel kernel, Tier tier, Rows rows, KernelArguments arguments, Stream stream) {
        LaunchPlanner.Geometry geometry = LaunchPlanner.geometry(
                tier, rows.count(), rows.classes(), rows.dtype(), keptBytes, driver.maxSharedBytes());
        arguments.int32(geometry.keptBatches());
        if (rows.count() > 0) { // an empty grid is an error to CUDA
            launch(kernel, geometry, arguments, stream);
        }
    }

    /** Launches a thread for each of this many rows. */
    void threadPerRow(Kernel kernel, long rows, KernelArguments arguments, Stream stream) {
        if (rows > 0) {
            launch(kernel, LaunchPlanner.threadPerRow(rows), arguments, stream);
        }
    }

    /** Launches a kernel that is written for one block. */
    void oneBlock(Kernel kernel, KernelArguments arguments, Stream stream) {
        launch(kernel, ONE_BLOCK, arguments, stream);
    }

    private void launch(Kernel kernel, LaunchPlanner.Geometry geometry, KernelArguments arguments, Stream stream) {
        Launch launch = new Launch(
                catalog.function(kernel),
                kernel.entry(),
                geometry.blocks(),
                geometry.threads(),
                geometry.rowsOfBlock(),
                geometry.sharedBytes(),
                arguments);
        driver.launch(launch, stream.handle());
    }
}
