package io.github.logitops.cpu;

import io.github.logitops.memory.Stream;
import io.github.logitops.op.Executor;
import io.github.logitops.op.Problem;
import io.github.logitops.op.ProblemTable;
import java.util.Optional;
import java.util.Set;

/**
 * The ops on host memory, rows in parallel on all cores. Unless floats are asked for, every dtype is computed in double and
 * rounded once on the way out, so there is one path for all of them and what is left of an error is that rounding. Runs at once: when
 * a call returns, its work is done.
 */
public final class CpuExecutor implements Executor {
    private final ProblemTable table = new ProblemTable();

    /** An executor for tensors in {@code driver}'s memory. */
    public CpuExecutor(HostDriver driver) {
        this(driver, new ScratchPool(driver), BlockMaths.best(), false);
    }

    /** @param fast whether what can be computed in floats is */
    public CpuExecutor(HostDriver driver, boolean fast) {
        this(driver, new ScratchPool(driver), BlockMaths.best(), fast);
    }

    /** How one computes here, and why not faster. */
    public static String description(boolean fast) {
        String floats = BlockMaths.best().floats().map(FloatMath::name).orElse("no");
        return BlockMaths.description() + (fast ? ", fast: " + floats : "");
    }

    CpuExecutor(HostDriver driver, ScratchPool scratch, BlockMath math, boolean fast) {
        Optional<FloatMath> floats = fast ? math.floats() : Optional.empty();
        CpuContext cpu = new CpuContext(driver, scratch, math, floats);
        new SoftmaxLoops(cpu).addTo(table);
        new LogProbLoops(cpu).addTo(table);
        new DistillationLoops(cpu).addTo(table);
        new CrossEntropyLoops(cpu).addTo(table);
        new SigmoidLoops(cpu).addTo(table);
        new SigmoidCrossEntropyLoops(cpu).addTo(table);
        new ProductLoops(driver).addTo(table);
        new MatrixLoops(driver).addTo(table);
    }

    /** The classes of problems that it carries out. */
    Set<Class<? extends Problem>> problems() {
        return table.problems();
    }

    @Override
    public void run(Problem problem, Stream stream) {
        table.run(problem, stream);
    }
}
