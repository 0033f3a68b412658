package io.github.logitops.device;

import static io.github.logitops.device.RowArguments.pointers;
import static io.github.logitops.device.RowArguments.shape;
import static io.github.logitops.device.RowArguments.strides;

import io.github.logitops.driver.KernelArguments;
import io.github.logitops.memory.Stream;
import io.github.logitops.op.MaskRows;
import io.github.logitops.op.MaskedSoftmaxForward;
import io.github.logitops.op.ProblemTable;
import io.github.logitops.op.Rows;
import io.github.logitops.op.SoftmaxBackward;
import io.github.logitops.op.SoftmaxForward;
import io.github.logitops.op.SoftmaxKind;

/** The launches of softmax, log-softmax and masked softmax. */
final class SoftmaxLaunches {
    private final Launcher launcher;

    SoftmaxLaunches(Launcher launcher) {
        this.launcher = launcher;
    }

    void addTo(ProblemTable table) {
        table.on(SoftmaxForward.class, this::forward);
        table.on(SoftmaxBackward.class, this::backward);
        table.on(MaskedSoftmaxForward.class, this::masked);
    }

    private void forward(SoftmaxForward problem, Stream stream) {
        Rows x = problem.x();
        Rows y = problem.y();
        Tier tier = LaunchPlanner.tier(x);
        KernelArguments arguments = pointers(y.tensor(), x.tensor());
        shape(arguments, x);
        strides(arguments, y);
        strides(arguments, x);
        Kernel kernel = Kernel.softmax(problem.kind(), Kernel.Direction.FWD, tier, x.dtype());
        launcher.rows(x.dtype().bytes(), kernel, tier, x, arguments, stream);
    }

    private void backward(SoftmaxBackward problem, Stream stream) {
        Rows y = problem.y();
        Tier tier = LaunchPlanner.tier(y);
        KernelArguments arguments = pointers(
                problem.dx().tensor(),
                y.tensor(),
                problem.dy().tensor(),
                problem.gradScale().perRow());
        shape(arguments, y);
        strides(arguments, problem.dx());
        strides(arguments, y);
        strides(arguments, problem.dy());
        arguments.float64(problem.gradScale().value());
        Kernel kernel = Kernel.softmax(problem.kind(), Kernel.Direction.BWD, tier, y.dtype());
        int readTwice = problem.kind() == SoftmaxKind.SOFTMAX ? 2 : 1; // y and dy, or dy
        launcher.rows(readTwice * y.dtype().bytes(), kernel, tier, y, arguments, stream);
    }

    private void masked(MaskedSoftmaxForward problem, Stream stream) {
        Rows x = problem.x();
        Rows y = problem.y();
        Tier tier = LaunchPlanner.tier(x);
        KernelArguments arguments =
                pointers(y.tensor(), x.tensor(), problem.mask().tensor());
        shape(arguments, x);
        strides(arguments, y);
        strides(arguments, x);
        MaskRows mask = problem.maskRows();
        arguments
                .int64(mask.middle())
                .int64(mask.inner())
                .int64(mask.outerStride())
                .int64(mask.middleStride())
                .int64(mask.innerStride())
                .int64(mask.axisStride())
                .int32(problem.mask().isAdditive() ? 1 : 0)
                .int64(problem.queries());
        Kernel kernel = Kernel.ofRows("masked_softmax", Kernel.Direction.FWD, tier, x.dtype());
        launcher.rows(x.dtype().arithmetic().bytes(), kernel, tier, x, arguments, stream);
    }
}
