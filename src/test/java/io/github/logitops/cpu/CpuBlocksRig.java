package io.github.logitops.cpu;

import io.github.logitops.LogitOps;
import io.github.logitops.OpenOptions;
import io.github.logitops.Sessions;
import io.github.logitops.support.Rig;
import java.util.function.IntFunction;

/** The CPU mode with rows cut into short blocks, as it cuts rows of millions of classes. */
public final class CpuBlocksRig implements Rig {
    private final int blockLength;
    private final IntFunction<double[]> heap;

    public CpuBlocksRig(int blockLength) {
        this(blockLength, double[]::new);
    }

    CpuBlocksRig(int blockLength, IntFunction<double[]> heap) {
        this.blockLength = blockLength;
        this.heap = heap;
    }

    @Override
    public LogitOps open() {
        HostDriver driver = new HostDriver();
        CpuExecutor executor = new CpuExecutor(driver, new ScratchPool(driver, blockLength, heap));
        return Sessions.over(driver, executor, OpenOptions.defaults().withCacheLimitBytes(0));
    }
}
