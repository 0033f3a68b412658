package io.github.logitops.cpu;

import io.github.logitops.op.ProblemTable;
import io.github.logitops.op.ProductProblem;

/**
 * Products of matrices in host memory. All cores share tiles of C, and parts of their sums. Each is the sum of products of blocks, which
 * are copied to arrays of floats, or of doubles, and multiplied by a BLAS. What is added up, and in which order, depends on the sizes of
 * the matrices alone: so equal products have equal bits, however many cores there are.
 */
final class ProductLoops {
    private final HostDriver driver;

    ProductLoops(HostDriver driver) {
        this.driver = driver;
    }

    void addTo(ProblemTable table) {
        table.on(ProductProblem.class, this::multiply);
    }

    private void multiply(ProductProblem problem) {
        ProductGrid grid = ProductGrid.of(problem.m(), problem.n(), problem.k());
        if (!grid.tiles().isEmpty()) {
            multiply(problem, grid, ProductArrays.of(problem.a().dtype()));
        }
    }

    private <A> void multiply(ProductProblem problem, ProductGrid grid, ProductArrays<A> arrays) {
        driver.onHeap(
                        problem.op() + ": the Java heap has no room for scratch",
                        ProductWork.elements(grid)
                                * problem.a().dtype().arithmetic().bytes(),
                        () -> new ProductWork<>(problem, grid, arrays, driver))
                .finish();
    }
}
