package io.github.logitops.cpu;

import io.github.logitops.op.ProblemTable;
import io.github.logitops.op.ProductProblem;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Products of matrices in host memory. C goes in tiles, which all cores share, and each is the sum of products of blocks, which are
 * copied to arrays of floats, or of doubles, and multiplied by a BLAS. The tiles depend on the sizes of the matrices alone: so equal
 * products have equal bits, however many cores there are.
 */
final class ProductLoops {
    private static final int LARGEST = 512; // rows or columns of a tile: the larger, the less is copied
    private static final int SMALLEST = 64;
    private static final int TILES = 16; // at least, if they are not too small: for as many cores
    private static final int DEPTH = 480; // of the blocks: netlib has more in two parts

    private final HostDriver driver;

    ProductLoops(HostDriver driver) {
        this.driver = driver;
    }

    void addTo(ProblemTable table) {
        table.on(ProductProblem.class, this::multiply);
    }

    /** Some rows and columns of a matrix. */
    record Part(int row, int rows, int column, int columns) {
        Part transposedIf(boolean transpose) {
            return transpose ? new Part(column, columns, row, rows) : this;
        }
    }

    private void multiply(ProductProblem problem) {
        List<Part> tiles = tiles(problem.m(), problem.n());
        if (!tiles.isEmpty()) {
            multiply(problem, tiles, ProductArrays.of(problem.a().dtype()));
        }
    }

    private static List<Part> tiles(int m, int n) {
        int rows = LARGEST;
        int columns = LARGEST;
        while (count(m, rows) * count(n, columns) < TILES && rows + columns > 2 * SMALLEST) {
            if (rows >= columns && rows > SMALLEST) {
                rows /= 2;
            } else {
                columns /= 2;
            }
        }
        List<Part> tiles = new ArrayList<>();
        for (int row = 0; row < m; row += rows) {
            for (int column = 0; column < n; column += columns) {
                tiles.add(new Part(row, Math.min(rows, m - row), column, Math.min(columns, n - column)));
            }
        }
        return tiles;
    }

    private static long count(int length, int ofTile) {
        return (length + (long) ofTile - 1) / ofTile;
    }

    private <A> void multiply(ProductProblem problem, List<Part> tiles, ProductArrays<A> arrays) {
        int count = Math.min(tiles.size(), Together.threads());
        long bytes = count
                * 3L
                * LARGEST
                * LARGEST
                * problem.a().dtype().arithmetic().bytes(); // at most
        List<Worker<A>> workers = driver.onHeap(
                problem.op() + ": the Java heap has no room for scratch",
                bytes,
                () -> Stream.generate(() -> new Worker<>(problem, tiles, arrays))
                        .limit(count)
                        .toList());
        AtomicInteger next = new AtomicInteger(); // the first tile that nobody took
        Together.each(workers, worker -> {
            for (int i = next.getAndIncrement(); i < tiles.size(); i = next.getAndIncrement()) {
                worker.multiply(tiles.get(i));
            }
        });
    }

    /** Whoever makes tiles, in arrays of his own. */
    private final class Worker<A> {
        private final ProductProblem problem;
        private final ProductArrays<A> arrays;
        private final MatrixView a;
        private final MatrixView b;
        private final MatrixView c;
        private final A left;
        private final A right;
        private final A sum;

        Worker(ProductProblem problem, List<Part> tiles, ProductArrays<A> arrays) {
            this.problem = problem;
            this.arrays = arrays;
            a = MatrixView.of(driver, problem.a());
            b = MatrixView.of(driver, problem.b());
            c = MatrixView.of(driver, problem.c());
            Part largest = tiles.get(0);
            int deepest = Math.min(DEPTH, problem.k());
            left = arrays.make(largest.rows * deepest);
            right = arrays.make(deepest * largest.columns);
            sum = arrays.make(largest.rows * largest.columns);
        }

        void multiply(Part tile) {
            if (problem.accumulate()) {
                c.read(tile, arrays, sum);
            }
            for (int k = 0; k < problem.k(); k += DEPTH) {
                int depth = Math.min(DEPTH, problem.k() - k);
                a.read(new Part(tile.row, tile.rows, k, depth).transposedIf(problem.transposeA()), arrays, left);
                b.read(new Part(k, depth, tile.column, tile.columns).transposedIf(problem.transposeB()), arrays, right);
                arrays.multiply(
                        tile.rows,
                        tile.columns,
                        depth,
                        left,
                        problem.transposeA(),
                        right,
                        problem.transposeB(),
                        sum,
                        problem.accumulate() || k > 0);
            }
            c.write(tile, arrays, sum);
        }
    }
}
