package io.github.logitops.cpu;

import io.github.logitops.memory.Tensor;
import io.github.logitops.op.ProblemTable;
import io.github.logitops.op.ProductProblem;
import io.github.logitops.op.ZerosProblem;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Layout;
import java.util.ArrayList;
import java.util.List;

/**
 * Products of matrices in host memory. C goes in tiles, which all cores share, and each is the sum of products of blocks, which are
 * copied to arrays of floats, or of doubles, and multiplied by a BLAS. So what an element is the sum of, and in which order, depends on
 * its row and its column alone.
 */
final class ProductLoops {
    private static final int ROWS = 256; // of a tile
    private static final int COLUMNS = 512;
    private static final int DEPTH = 512; // of the blocks

    private final HostDriver driver;

    ProductLoops(HostDriver driver) {
        this.driver = driver;
    }

    void addTo(ProblemTable table) {
        table.on(ProductProblem.class, this::multiply);
        table.on(ZerosProblem.class, this::overwrite);
    }

    /** Some rows and columns of a matrix. */
    record Part(int row, int rows, int column, int columns) {
        Part transposedIf(boolean transpose) {
            return transpose ? new Part(column, columns, row, rows) : this;
        }
    }

    private void multiply(ProductProblem problem) {
        List<Part> tiles = new ArrayList<>();
        for (int row = 0; row < problem.m(); row += ROWS) {
            for (int column = 0; column < problem.n(); column += COLUMNS) {
                int rows = Math.min(ROWS, problem.m() - row);
                tiles.add(new Part(row, rows, column, Math.min(COLUMNS, problem.n() - column)));
            }
        }
        if (problem.a().dtype() == DType.F64) {
            multiply(problem, tiles, ProductArrays.DOUBLES);
        } else {
            multiply(problem, tiles, ProductArrays.FLOATS);
        }
    }

    private <A> void multiply(ProductProblem problem, List<Part> tiles, ProductArrays<A> arrays) {
        MatrixView a = view(problem.a());
        MatrixView b = view(problem.b());
        MatrixView c = view(problem.c());
        Together.each(tiles, tile -> {
            int deepest = Math.min(DEPTH, problem.k());
            A left = arrays.make(tile.rows * deepest);
            A right = arrays.make(deepest * tile.columns);
            A sum = arrays.make(tile.rows * tile.columns);
            for (int k = 0; k < problem.k(); k += DEPTH) {
                int depth = Math.min(DEPTH, problem.k() - k);
                a.read(new Part(tile.row, tile.rows, k, depth).transposedIf(problem.transposeA()), arrays, left);
                b.read(new Part(k, depth, tile.column, tile.columns).transposedIf(problem.transposeB()), arrays, right);
                arrays.addProduct(
                        tile.rows, tile.columns, depth, left, problem.transposeA(), right, problem.transposeB(), sum);
            }
            c.write(tile, arrays, sum, problem.accumulate());
        });
    }

    private MatrixView view(Tensor tensor) {
        return new MatrixView(driver.elements(tensor), tensor.layout().rowStride());
    }

    private void overwrite(ZerosProblem problem) {
        Layout layout = problem.tensor().layout();
        view(problem.tensor()).writeZeros((int) layout.rows(), (int) layout.rowLength());
    }
}
