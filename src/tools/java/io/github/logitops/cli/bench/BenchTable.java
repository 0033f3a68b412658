package io.github.logitops.cli.bench;

import java.util.List;
import java.util.Locale;

/** A report as Markdown, a line for each cell. */
final class BenchTable {
    private BenchTable() {}

    static String of(BenchReport report) {
        StringBuilder text = new StringBuilder();
        line(text, "op", "dtype", "rows", "columns", "us", "p20 to p80", "GB/s", "of its ceiling", "of copy", "rows/s");
        line(text, "---", "---", "---:", "---:", "---:", "---:", "---:", "---:", "---:", "---:");
        for (Cell cell : report.cells()) {
            Spread micros = cell.micros();
            line(
                    text,
                    (cell.isCeiling() ? "(" + cell.op() + ")" : cell.op()),
                    cell.dtype().toString(),
                    rows(cell.shape()),
                    columns(cell.shape()),
                    number(micros.median()),
                    number(micros.p20()) + " to " + number(micros.p80()),
                    number(cell.gigabytesPerSecond()),
                    percent(report.percentOfCeiling(cell)),
                    percent(report.percentOf(cell, "copy")),
                    String.format(Locale.ROOT, "%.3g", cell.rowsPerSecond()));
        }
        return text.toString();
    }

    static void line(StringBuilder text, List<String> cells) {
        text.append("| ").append(String.join(" | ", cells)).append(" |").append(System.lineSeparator());
    }

    private static void line(StringBuilder text, String... cells) {
        line(text, List.of(cells));
    }

    static String rows(BenchShape shape) {
        return shape.inner() == 1 ? Long.toString(shape.outer()) : shape.outer() + " x " + shape.inner();
    }

    static String columns(BenchShape shape) {
        return shape.columns() + (shape.padding() == 0 ? "" : ", stride " + shape.stride());
    }

    /** Three digits: more would be noise. */
    static String number(double value) {
        return String.format(Locale.ROOT, value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f", value);
    }

    static String percent(double value) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.1f %%", value);
    }
}
