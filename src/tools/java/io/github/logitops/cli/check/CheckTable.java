package io.github.logitops.cli.check;

import io.github.logitops.spec.DType;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The largest error of each op and dtype, in units of its bound. */
final class CheckTable {
    /** From the widest to the narrowest. */
    static final List<DType> DTYPES = List.of(DType.F64, DType.F32, DType.F16, DType.BF16);

    private final Map<String, Map<DType, Double>> worst = new TreeMap<>();
    private long values;

    /** Takes in so many values, the worst of which is off by this many bounds. */
    void add(String op, DType dtype, int count, double worstUnits) {
        worst.computeIfAbsent(op, name -> new EnumMap<>(DType.class)).merge(dtype, worstUnits, Math::max);
        values += count;
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

    static String text(double units) {
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
