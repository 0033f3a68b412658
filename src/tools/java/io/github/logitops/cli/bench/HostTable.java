package io.github.logitops.cli.bench;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What calls cost the host, as Markdown: a line for each cost, a column for each report. */
final class HostTable {
    private HostTable() {}

    static String of(List<BenchReport> reports) {
        StringBuilder text = new StringBuilder();
        List<String> head = new ArrayList<>(List.of("seen from the host", "unit"));
        reports.forEach(report -> head.add(report.tool() + ", " + report.card() + ": median, p20 to p80"));
        BenchTable.line(text, head);
        BenchTable.line(text, head.stream().map(name -> "---").toList());
        Set<List<String>> lines = new LinkedHashSet<>();
        reports.forEach(report -> report.host().forEach(cost -> lines.add(List.of(cost.name(), cost.unit()))));
        for (List<String> line : lines) {
            List<String> cells = new ArrayList<>(line);
            reports.forEach(report -> cells.add(cell(report, line.get(0))));
            BenchTable.line(text, cells);
        }
        return text.toString();
    }

    /** Whether a cost stands in two reports. */
    static boolean joins(List<BenchReport> reports) {
        Set<String> names = new LinkedHashSet<>();
        return !reports.stream().flatMap(report -> report.host().stream()).allMatch(cost -> names.add(cost.name()));
    }

    private static String cell(BenchReport report, String name) {
        return report.host().stream()
                .filter(cost -> cost.name().equals(name))
                .map(HostCost::value)
                .findFirst()
                .map(value -> BenchTable.number(value.median()) + ", " + BenchTable.number(value.p20()) + " to "
                        + BenchTable.number(value.p80()))
                .orElse("-");
    }
}
