package io.github.logitops.device;

import io.github.logitops.driver.Driver;
import io.github.logitops.driver.MatrixProduct;
import io.github.logitops.driver.MatrixProduct.Matrix;
import io.github.logitops.driver.MatrixProduct.Type;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.ProblemTable;
import io.github.logitops.op.ProductProblem;
import io.github.logitops.op.RoundedSumsProblem;
import io.github.logitops.op.ZerosProblem;
import io.github.logitops.spec.Layout;

/** Products of matrices, by the device's library, and what is done to matrices around them. */
final class ProductLaunches {
    private static final KernelEntries ROUND_SUMS = Kernels.of(KernelTable.ROUND_SUMS);

    private final Driver driver;
    private final Launcher launcher;

    ProductLaunches(Driver driver, Launcher launcher) {
        this.driver = driver;
        this.launcher = launcher;
    }

    void addTo(ProblemTable table) {
        table.on(ProductProblem.class, this::multiply);
        table.on(ZerosProblem.class, this::overwrite);
        table.on(RoundedSumsProblem.class, this::round);
    }

    private void multiply(ProductProblem problem, Stream stream) {
        MatrixProduct product = new MatrixProduct(
                problem.m(),
                problem.n(),
                problem.k(),
                matrix(problem.a()),
                problem.transposeA(),
                matrix(problem.b()),
                problem.transposeB(),
                matrix(problem.c()),
                problem.accumulate());
        driver.matrixProducts()
                .multiply(
                        product,
                        problem.workspace() == null ? 0 : problem.workspace().address(),
                        stream.handle());
    }

    private static Matrix matrix(Tensor tensor) {
        Type type = Type.valueOf(tensor.dtype().name());
        return new Matrix(tensor.address(), type, tensor.layout().rowStride());
    }

    private void round(RoundedSumsProblem problem, Stream stream) {
        ElementWalk walk = ElementWalk.of(problem.sums(), problem.to());
        Parameters parameters =
                walk.parameters().matrix(problem.sums()).matrix(problem.to()).int64(problem.accumulate());
        launcher.elements(ROUND_SUMS.entry(problem.to().dtype()), walk, parameters, stream);
    }

    private void overwrite(ZerosProblem problem, Stream stream) {
        Tensor tensor = problem.tensor();
        Layout layout = tensor.layout();
        long runs = layout.isDense() ? 1 : layout.rows();
        long bytes =
                layout.shape().elements() / Math.max(1, runs) * tensor.dtype().bytes();
        for (long run = 0; run < runs && bytes > 0; run++) {
            long from = run * layout.rowStride() * tensor.dtype().bytes();
            driver.fill(tensor.address() + from, (byte) 0, bytes, stream.handle());
        }
    }
}
