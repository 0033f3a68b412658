package io.github.logitops.cpu;

import io.github.logitops.cpu.MatrixView.Part;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.ProblemTable;
import io.github.logitops.op.RoundedSumsProblem;
import io.github.logitops.op.ZerosProblem;
import java.util.stream.IntStream;

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
        int columns = (int) problem.to().layout().rowLength();
        MatrixView from = MatrixView.of(driver, problem.sums());
        MatrixView to = MatrixView.of(driver, problem.to());
        ProductArrays<float[]> arrays = ProductArrays.FLOATS; // what is narrower than its sums has them in floats
        IntStream.range(0, (int) problem.to().layout().rows()).parallel().forEach(row -> {
            Part part = new Part(row, 1, 0, columns);
            float[] sums = arrays.make(columns);
            from.read(part, arrays, sums);
            if (problem.accumulate()) {
                float[] before = arrays.make(columns);
                to.read(part, arrays, before);
                for (int column = 0; column < columns; column++) {
                    sums[column] += before[column];
                }
            }
            to.write(part, arrays, sums);
        });
    }
}
