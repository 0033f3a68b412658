package io.github.logitops.cli.check;

import io.github.logitops.memory.Tensor;
import io.github.logitops.reference.LogProbReference;
import io.github.logitops.reference.SoftmaxReference;
import io.github.logitops.reference.Tolerance;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Elements;
import java.util.Arrays;
import java.util.function.IntFunction;
import java.util.function.IntToDoubleFunction;
import java.util.stream.DoubleStream;

/**
 * Holds what an op gave against what is exact, and against its bound, and what the plain loops give in its place against what is
 * exact.
 *
 * @param trial what is under way
 * @param table where the errors go
 * @param slack by row: what the bounds of its elements grow by, whatever the scale of their errors is
 */
record Comparison(Trial trial, AccuracyTable table, double[] slack) {
    Comparison(Trial trial, AccuracyTable table) {
        this(trial, table, DoubleStream.generate(() -> 1).limit(Case.ROWS).toArray());
    }

    /** For gradients that are computed from the saved log-sum-exps of these rows. */
    Comparison fromSavedLse(double[][] x) {
        double[] grown = Arrays.stream(x)
                .mapToDouble(row -> LogProbReference.savedLse(SoftmaxReference.logSumExp(row)))
                .toArray();
        return new Comparison(trial, table, grown);
    }

    /**
     * An output of rows.
     *
     * @param exact by row
     * @param scales by row
     * @param plain by row
     */
    void rows(
            String op,
            Tolerance tolerance,
            double[][] actual,
            IntFunction<double[]> exact,
            IntFunction<double[]> scales,
            IntFunction<float[]> plain) {
        for (int n = 0; n < actual.length; n++) {
            double[] right = exact.apply(n);
            double[] scale = scales.apply(n);
            double grown = slack[n];
            double[] bounds = Arrays.stream(scale).map(each -> each * grown).toArray();
            trial.judge().row(op, "row " + n, tolerance, right, actual[n], bounds);
            DType dtype = trial.what().dtype();
            table.add(op, dtype, largest(dtype, right, actual[n], scale));
            if (dtype != DType.F64) {
                table.addPlain(op, dtype, largest(dtype, right, rounded(dtype, plain.apply(n)), scale));
            }
        }
    }

    /**
     * An output with one number for each row, in the arithmetic dtype.
     *
     * @param exact by row
     * @param scale by row
     * @param plain by row
     */
    void numbers(
            String op, Tensor actual, IntToDoubleFunction exact, IntToDoubleFunction scale, IntToDoubleFunction plain) {
        DType dtype = trial.what().dtype();
        DType stored = dtype.arithmetic();
        double[] values = actual.downloadDoubles(trial.stream());
        for (int n = 0; n < values.length; n++) {
            double right = exact.applyAsDouble(n);
            double size = scale.applyAsDouble(n);
            trial.judge().loss(op, "row " + n, right, values[n], size);
            table.add(op, dtype, ErrorSize.of(stored, right, values[n], size));
            if (dtype != DType.F64) {
                table.addPlain(op, dtype, ErrorSize.of(stored, right, plain.applyAsDouble(n), size));
            }
        }
    }

    /** One scale for all elements of a row. */
    double[] scales(double scale) {
        double[] scales = new double[trial.what().classes()];
        Arrays.fill(scales, scale);
        return scales;
    }

    private static ErrorSize largest(DType stored, double[] exact, double[] actual, double[] scales) {
        ErrorSize largest = ErrorSize.NONE;
        for (int j = 0; j < exact.length; j++) {
            largest = largest.max(ErrorSize.of(stored, exact[j], actual[j], scales[j]));
        }
        return largest;
    }

    private static double[] rounded(DType dtype, float[] values) {
        double[] rounded = new double[values.length];
        for (int j = 0; j < rounded.length; j++) {
            rounded[j] = Elements.round(dtype, values[j]);
        }
        return rounded;
    }
}
