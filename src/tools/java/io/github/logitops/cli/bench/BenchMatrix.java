package io.github.logitops.cli.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * A report at a glance, as Markdown: its shapes down, its ops across, and in the cells the share of the matching ceiling. Ops
 * that bench has and the report has not are named below.
 */
final class BenchMatrix {
    /** What stands where nothing was measured. */
    static final String NOT_MEASURED = "not measured";

    private BenchMatrix() {}

    static String of(BenchReport report) {
        List<Cell> cells =
                report.cells().stream().filter(cell -> !cell.isCeiling()).toList();
        List<String> ops = cells.stream().map(Cell::op).distinct().toList();
        StringBuilder text = new StringBuilder();
        List<String> head = new ArrayList<>(List.of("dtype", "rows", "columns"));
        head.addAll(ops);
        BenchTable.line(text, head);
        BenchTable.line(text, head.stream().map(name -> "---:").toList());
        for (BenchShape shape : cells.stream().map(Cell::shape).distinct().toList()) {
            List<String> line = new ArrayList<>();
            line.add(shape.dtype().toString());
            line.add(BenchTable.rows(shape));
            line.add(BenchTable.columns(shape));
            ops.forEach(op -> line.add(share(report, op, shape)));
            BenchTable.line(text, line);
        }
        List<String> missing = BenchOp.ALL.stream()
                .map(BenchOp::name)
                .filter(op -> !ops.contains(op))
                .toList();
        if (!missing.isEmpty()) {
            text.append(String.format("%nNot measured: %s.%n", String.join(", ", missing)));
        }
        return text.toString();
    }

    private static String share(BenchReport report, String op, BenchShape shape) {
        return report.cells().stream()
                .filter(cell -> cell.op().equals(op) && cell.shape().equals(shape))
                .findFirst()
                .map(cell -> BenchTable.percent(report.percentOfCeiling(cell)))
                .orElse(NOT_MEASURED);
    }
}
