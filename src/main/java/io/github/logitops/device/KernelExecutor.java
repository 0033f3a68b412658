package io.github.logitops.device;

import io.github.logitops.driver.ClusterRefusedException;
import io.github.logitops.driver.Driver;
import io.github.logitops.memory.Stream;
import io.github.logitops.op.Executor;
import io.github.logitops.op.Problem;
import io.github.logitops.op.ProblemTable;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Op;
import java.util.Set;

/**
 * The ops as kernel launches. Each problem queues one to three launches, a product or overwrites, and returns; nothing here waits or allocates on the
 * device.
 */
public final class KernelExecutor implements Executor {
    private final Driver driver;
    private final Launcher launcher;
    private final ProblemTable table = new ProblemTable();

    /** An executor on {@code driver}, which loads kernels when they are first used. */
    public KernelExecutor(Driver driver) {
        this.driver = driver;
        launcher = new Launcher(driver);
        new SoftmaxLaunches(launcher).addTo(table);
        new LogProbLaunches(launcher).addTo(table);
        new DistillationLaunches(launcher).addTo(table);
        new CrossEntropyLaunches(launcher).addTo(table);
        new SigmoidLaunches(launcher).addTo(table);
        new ProductLaunches(driver, launcher).addTo(table);
    }

    /** Which PTX this device gets, in words. */
    public String target() {
        return launcher.target();
    }

    /**
     * How many blocks of a cluster can share a long row on this device; 1 where it has no clusters. Launches kernels on no rows to find
     * out, and waits for them: for tools.
     */
    public int clusterBlocks() {
        return launcher.clusterBlocks();
    }

    /** The classes of problems that it carries out. */
    Set<Class<? extends Problem>> problems() {
        return table.problems();
    }

    @Override
    public long productBytes() {
        return driver.matrixProducts().workspaceBytes();
    }

    @Override
    public void load(Op op, DType dtype, Axis axis) {
        for (Tier tier : Tier.of(axis)) {
            Kernels.of(op, tier, dtype).forEach(kernel -> launcher.load(kernel, tier));
        }
    }

    /** Again from the start, for smaller clusters, where the device refuses those that were planned: what was queued before it is
     * queued twice, and leaves what it left. */
    @Override
    public void run(Problem problem, Stream stream) {
        try {
            table.run(problem, stream);
        } catch (ClusterRefusedException e) {
            run(problem, stream);
        }
    }
}
