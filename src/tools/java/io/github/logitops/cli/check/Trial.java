package io.github.logitops.cli.check;

import io.github.logitops.LogitOps;
import io.github.logitops.base.Resources;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** One case under way: random inputs, poisoned outputs, and the judge. Closing it gives the tensors back. */
final class Trial implements AutoCloseable {
    private final LogitOps ops;
    private final Case what;
    private final Judge judge;
    private final Random random;
    private final Stream stream;
    private final List<AutoCloseable> held = new ArrayList<>();

    Trial(LogitOps ops, Case what, Judge judge, Random random) {
        this.ops = ops;
        this.what = what;
        this.judge = judge;
        this.random = random;
        stream = ops.newStream();
    }

    LogitOps ops() {
        return ops;
    }

    Case what() {
        return what;
    }

    Judge judge() {
        return judge;
    }

    Random random() {
        return random;
    }

    Stream stream() {
        return stream;
    }

    /**
     * Logits about the case's centre with a spread of 3, outliers among them; the last row is constant, and where rows are padded
     * the second one has elements of -inf.
     */
    PlacedRows logits() {
        double[][] rows = normal();
        for (int n = 0; n < rows.length; n++) {
            for (int j = 0; j < rows[n].length; j++) {
                rows[n][j] = what.centre() + rows[n][j] * (j % 97 == 13 ? 60 : 3);
            }
        }
        boolean masked = what.placement() == Placement.SHIFTED || what.placement() == Placement.COLUMNS;
        for (int j = 1; masked && j < what.classes(); j += 5) {
            rows[1][j] = Double.NEGATIVE_INFINITY;
        }
        Arrays.fill(rows[Case.ROWS - 1], what.centre() + 1.75);
        return place(rows);
    }

    /** The same rows once more, in memory of their own. */
    PlacedRows copy(PlacedRows rows) {
        return place(rows.values());
    }

    /** Normally distributed values. */
    PlacedRows gaussians() {
        return place(normal());
    }

    /** Where an op writes: over {@code input} if the case is in place, else into poison. */
    PlacedRows output(PlacedRows input) {
        return what.placement() == Placement.IN_PLACE ? input : place(null);
    }

    /** A factor for each row. */
    double[] rowScales() {
        double[] scales = new double[Case.ROWS];
        for (int n = 0; n < scales.length; n++) {
            scales[n] = 3 * n + 0.5;
        }
        return scales;
    }

    /** A vector of the arithmetic dtype, such as class weights, that is closed with the trial. */
    Tensor vector(double[] values) {
        return vector(values, Shape.of(values.length));
    }

    /** The same with this shape. */
    Tensor vector(double[] values, Shape shape) {
        return keep(ops.upload(values, what.dtype().arithmetic(), shape, stream));
    }

    /** Labels of either type. */
    Tensor labels(DType dtype, long[] labels) {
        return keep(
                dtype == DType.I64
                        ? ops.labels(labels, stream)
                        : ops.labels(
                                Arrays.stream(labels).mapToInt(Math::toIntExact).toArray(), stream));
    }

    <T extends AutoCloseable> T keep(T resource) {
        held.add(resource);
        return resource;
    }

    /** Rows, rounded to the dtype; null for poison. */
    PlacedRows place(double[][] rows) {
        return keep(new PlacedRows(ops, stream, what, rows));
    }

    private double[][] normal() {
        double[][] rows = new double[Case.ROWS][what.classes()];
        for (double[] row : rows) {
            for (int j = 0; j < row.length; j++) {
                row[j] = random.nextGaussian();
            }
        }
        return rows;
    }

    @Override
    public void close() {
        try {
            Resources.closeAll(held);
        } finally {
            stream.close();
        }
    }
}
