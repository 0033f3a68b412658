package io.github.logitops.cpu;

import io.github.logitops.cpu.MatrixView.Part;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.ProblemTable;
import io.github.logitops.op.RoundedSumsProblem;
import io.github.logitops.op.ZerosProblem;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** What ops do to matrices besides products, row by row. */
final class MatrixLoops {
    private final HostDriver driver;

    MatrixLoops(HostDriver driver) {
        this.driver = driver;
    }

    void addTo(ProblemTable table) {
        table.on(ZerosProblem.class, this::overwrite);
        table.on(RoundedSumsProblem.class, this::round);
    }

    private void overwrite(ZerosProblem problem) {
        writeZeros(problem.tensor(), ProductArrays.of(problem.tensor().dtype()));
    }

    private <A> void writeZeros(Tensor tensor, ProductArrays<A> arrays) {
        int columns = (int) tensor.layout().rowLength();
        MatrixView matrix = MatrixView.of(driver, tensor);
        A zeros = arrays.make(columns);
        for (int row = 0; row < tensor.layout().rows(); row++) {
            matrix.write(new Part(row, 1, 0, columns), arrays, zeros);
        }
    }

    private void round(RoundedSumsProblem problem) {
        int rows = (int) problem.to().layout().rows();
        int columns = (int) problem.to().layout().rowLength();
        int count = Math.min(rows, Together.threads());
        List<Rounding> workers = driver.onHeap(
                problem.op() + ": the Java heap has no room for scratch",
                2L * count * columns * Float.BYTES,
                () -> Stream.generate(() -> new Rounding(problem, new float[columns], new float[columns]))
                        .limit(count)
                        .toList());
        AtomicInteger next = new AtomicInteger(); // the first row that nobody took
        Together.each(workers, worker -> {
            for (int row = next.getAndIncrement(); row < rows; row = next.getAndIncrement()) {
                worker.round(new Part(row, 1, 0, columns));
            }
        });
    }

    /** What rounds rows: what is narrower than its sums has them in floats. */
    private final class Rounding {
        private final MatrixView from;
        private final MatrixView to;
        private final boolean accumulate;
        private final float[] sums;
        private final float[] before;

        Rounding(RoundedSumsProblem problem, float[] sums, float[] before) {
            this.from = MatrixView.of(driver, problem.sums());
            this.to = MatrixView.of(driver, problem.to());
            this.accumulate = problem.accumulate();
            this.sums = sums;
            this.before = before;
        }

        void round(Part row) {
            from.read(row, ProductArrays.FLOATS, sums);
            if (accumulate) {
                to.read(row, ProductArrays.FLOATS, before);
                ProductArrays.FLOATS.add(sums, before, row.columns());
            }
            to.write(row, ProductArrays.FLOATS, sums);
        }
    }
}
