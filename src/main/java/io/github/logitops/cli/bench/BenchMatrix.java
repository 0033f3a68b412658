package io.github.logitops.cli.bench;

import io.github.logitops.spec.DType;
import java.util.ArrayList;
import java.util.List;

/** A report at a glance, as Markdown: shapes down, ops across, and in the cells the share of the matching ceiling. */
final class BenchMatrix {
    /** What stands where nothing was measured. */
    static final String NOT_MEASURED = "not measured";

    private BenchMatrix() {}

    /** @param report null if there is none */
    static String of(BenchReport report, List<BenchShape> shapes) {
        StringBuilder text = new StringBuilder();
        List<String> head = new ArrayList<>(List.of("dtype", "rows", "columns"));
        BenchOp.ALL.forEach(op -> head.add(op.name()));
        BenchTable.line(text, head);
        BenchTable.line(text, head.stream().map(name -> "---:").toList());
        for (BenchShape shape : shapes) {
            List<String> line = new ArrayList<>();
            DType dtype = shape.dtype();
            line.add(dtype.toString());
            line.add(shape.inner() == 1 ? Long.toString(shape.outer()) : shape.outer() + " x " + shape.inner());
            line.add(Integer.toString(shape.columns()));
            BenchOp.ALL.forEach(op -> line.add(cell(report, op, shape)));
            BenchTable.line(text, line);
        }
        return text.toString();
    }

    private static String cell(BenchReport report, BenchOp op, BenchShape shape) {
        if (report == null) {
            return NOT_MEASURED;
        }
        return report.cells().stream()
                .filter(cell -> cell.op().equals(op.name()) && cell.shape().equals(shape))
                .findFirst()
                .map(cell -> BenchTable.percent(report.percentOfCeiling(cell)))
                .orElse(NOT_MEASURED);
    }
}
