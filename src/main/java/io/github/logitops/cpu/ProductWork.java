package io.github.logitops.cpu;

import io.github.logitops.cpu.MatrixView.Part;
import io.github.logitops.op.ProductProblem;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A product under way: its matrices, and arrays of all who work at it. */
final class ProductWork<A> {
    private final ProductProblem problem;
    private final ProductGrid grid;
    private final ProductArrays<A> arrays;
    private final MatrixView a;
    private final MatrixView b;
    private final MatrixView c;
    private final List<A> sums; // of each share; of each worker where tiles have one part
    private final List<Worker> workers;
    private final AtomicInteger next = new AtomicInteger(); // the first share that nobody took
    private final AtomicIntegerArray done; // parts of each tile

    ProductWork(ProductProblem problem, ProductGrid grid, ProductArrays<A> arrays, HostDriver driver) {
        this.problem = problem;
        this.grid = grid;
        this.arrays = arrays;
        a = MatrixView.of(driver, problem.a());
        b = MatrixView.of(driver, problem.b());
        c = MatrixView.of(driver, problem.c());
        sums = Stream.generate(() -> arrays.make(grid.tileSize()))
                .limit(sums(grid))
                .toList();
        workers = IntStream.range(0, workers(grid)).mapToObj(Worker::new).toList();
        done = new AtomicIntegerArray(grid.tiles().size());
    }

    /** How many elements its arrays have. */
    static long elements(ProductGrid grid) {
        long blocks = (long) grid.leftSize() + grid.rightSize();
        return workers(grid) * blocks + (long) sums(grid) * grid.tileSize();
    }

    private static int workers(ProductGrid grid) {
        return Math.min(grid.shares(), Together.threads());
    }

    private static int sums(ProductGrid grid) {
        return grid.parts() == 1 ? workers(grid) : grid.shares();
    }

    /** Returns when C is written. */
    void finish() {
        Together.each(workers, Worker::work);
    }

    /** Makes sums, of blocks in arrays of its own. */
    private final class Worker {
        private final int number;
        private final A left = arrays.make(grid.leftSize());
        private final A right = arrays.make(grid.rightSize());

        Worker(int number) {
            this.number = number;
        }

        void work() {
            for (int i = next.getAndIncrement(); i < grid.shares(); i = next.getAndIncrement()) {
                int tile = i / grid.parts();
                A sum = sums.get(grid.parts() == 1 ? number : i);
                sumUp(grid.tiles().get(tile), i % grid.parts(), sum);
                if (done.incrementAndGet(tile) == grid.parts()) {
                    write(tile, grid.parts() == 1 ? sum : sums.get(tile * grid.parts()));
                }
            }
        }

        private void sumUp(Part tile, int part, A sum) {
            boolean add = problem.accumulate() && part == 0;
            if (add) {
                c.read(tile, arrays, sum);
            }
            for (int block = grid.firstBlock(part); block < grid.firstBlock(part + 1); block++) {
                int k = grid.start(block);
                int depth = grid.start(block + 1) - k;
                a.read(new Part(tile.row(), tile.rows(), k, depth).transposedIf(problem.transposeA()), arrays, left);
                b.read(
                        new Part(k, depth, tile.column(), tile.columns()).transposedIf(problem.transposeB()),
                        arrays,
                        right);
                arrays.multiply(
                        tile.rows(),
                        tile.columns(),
                        depth,
                        left,
                        problem.transposeA(),
                        right,
                        problem.transposeB(),
                        sum,
                        add);
                add = true;
            }
        }

        /** Adds up all parts of a tile, in order, whoever came last. */
        private void write(int tile, A sum) {
            Part part = grid.tiles().get(tile);
            for (int i = 1; i < grid.parts(); i++) {
                arrays.add(sum, sums.get(tile * grid.parts() + i), part.rows() * part.columns());
            }
            c.write(part, arrays, sum);
        }
    }
}
