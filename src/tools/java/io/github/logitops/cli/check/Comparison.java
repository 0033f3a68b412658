package io.github.logitops.cli.check;

import io.github.logitops.element.Elements;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.DType;
import java.util.function.IntFunction;
import java.util.function.IntToDoubleFunction;

/**
 * Holds what an op gave against what is exact, and against its bound, and what the plain loops give in its place against what is
 * exact.
 *
 * @param trial what is under way
 * @param table where the errors go
 */
record Comparison(Trial trial, AccuracyTable table) {
    /**
     * An output of rows.
     *
     * @param exact by row
     * @param scales by row
     * @param plain by row
     */
    void rows(
            String op,
            double[][] actual,
            IntFunction<double[]> exact,
            IntFunction<double[]> scales,
            IntFunction<float[]> plain) {
        for (int n = 0; n < actual.length; n++) {
            double[] right = exact.apply(n);
            double[] scale = scales.apply(n);
            trial.judge().row(op, "row " + n, right, actual[n], scale);
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
