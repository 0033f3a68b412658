package io.github.logitops.cpu;

import io.github.logitops.LogitOps;
import io.github.logitops.OpenOptions;
import io.github.logitops.Sessions;
import io.github.logitops.support.Rig;
import java.util.function.IntFunction;

/** The CPU mode with rows cut into short blocks, as it cuts rows of millions of classes, for several workers. */
public final class CpuBlocksRig implements Rig {
    private final Tiling.Sizes sizes;
    private final int threads;
    private final IntFunction<double[]> heap;
    private final boolean fast;

    /** Blocks of 8; two of them are a part, and held. */
    public CpuBlocksRig() {
        this(new Tiling.Sizes(8, 8, 2, 2), 3, double[]::new);
    }

    CpuBlocksRig(Tiling.Sizes sizes, int threads, IntFunction<double[]> heap) {
        this(sizes, threads, heap, false);
    }

    private CpuBlocksRig(Tiling.Sizes sizes, int threads, IntFunction<double[]> heap, boolean fast) {
        this.sizes = sizes;
        this.threads = threads;
        this.heap = heap;
        this.fast = fast;
    }

    /** The same blocks, in floats where there is a way. */
    public static CpuBlocksRig fast() {
        return new CpuBlocksRig(new Tiling.Sizes(8, 8, 2, 2), 3, double[]::new, true);
    }

    /** The same blocks where one worker has all of them and all are held. */
    public static CpuBlocksRig held() {
        return new CpuBlocksRig(new Tiling.Sizes(8, 8, 2, 512), 1, double[]::new);
    }

    /** Blocks as usual. */
    public static CpuBlocksRig plain() {
        return workers(Together.threads());
    }

    /** Blocks as usual, and so many workers. */
    public static CpuBlocksRig workers(int threads) {
        return new CpuBlocksRig(Tiling.Sizes.DEFAULT, threads, double[]::new);
    }

    /** The same, in floats. */
    public static CpuBlocksRig fastWorkers(int threads) {
        return new CpuBlocksRig(Tiling.Sizes.DEFAULT, threads, double[]::new, true);
    }

    @Override
    public LogitOps open() {
        HostDriver driver = new HostDriver();
        BlockMath math = fast ? BlockMaths.best() : BlockMaths.plain();
        CpuExecutor executor = new CpuExecutor(driver, new ScratchPool(driver, sizes, threads, heap), math, fast);
        return Sessions.over(driver, executor, OpenOptions.defaults().withCacheLimitBytes(0));
    }
}
