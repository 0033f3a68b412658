package io.github.logitops.cli;

import io.github.logitops.reference.Tolerance;
import io.github.logitops.spec.DType;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The largest error of each op and dtype, in units of its bound. */
final class CheckTable {
    private static final List<DType> DTYPES = List.of(DType.F64, DType.F32, DType.F16, DType.BF16);

    private final Map<String, Map<DType, Double>> worst = new LinkedHashMap<>();
    private long values;

    /** Takes in the results of a row, whose elements have one scale. */
    void add(String op, Tolerance tolerance, DType dtype, double[] exact, double[] actual, double scale) {
        double[] scales = new double[exact.length];
        Arrays.fill(scales, scale);
        add(op, tolerance, dtype, exact, actual, scales);
    }

    /** Takes in the results of a row. */
    void add(String op, Tolerance tolerance, DType dtype, double[] exact, double[] actual, double[] scales) {
        for (int j = 0; j < exact.length; j++) {
            add(op, dtype, tolerance.units(dtype, exact[j], actual[j], scales[j]));
        }
    }

    /** Takes in a loss of logits of this dtype; losses have the arithmetic dtype. */
    void addLoss(String op, DType logits, double exact, double actual, double scale) {
        add(op, logits, Tolerance.LOSS.units(logits.arithmetic(), exact, actual, scale));
    }

    private void add(String op, DType dtype, double units) {
        worst.computeIfAbsent(op, name -> new EnumMap<>(DType.class)).merge(dtype, units, Math::max);
        values++;
    }

    /** The number of values taken in. */
    long values() {
        return values;
    }

    /** The largest error of all, in units of its bound. */
    double worst() {
        return worst.values().stream()
                .flatMap(row -> row.values().stream())
                .mapToDouble(Double::doubleValue)
                .max()
                .orElse(Double.POSITIVE_INFINITY);
    }

    private static String text(double units) {
        return String.format(Locale.ROOT, units < 1000 ? "%.4f" : "%.1e", units);
    }

    /** As Markdown. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(String.format("| %-28s |", "op"));
        DTYPES.forEach(dtype -> text.append(String.format(" %7s |", dtype)));
        text.append(String.format("%n|%s|", "-".repeat(30))).append("--------:|".repeat(DTYPES.size()));
        worst.forEach((op, row) -> {
            text.append(String.format("%n| %-28s |", op));
            DTYPES.forEach(dtype ->
                    text.append(row.containsKey(dtype) ? String.format(" %7s |", text(row.get(dtype))) : "       - |"));
        });
        return text.toString();
    }
}
