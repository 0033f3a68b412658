package io.github.logitops.cli.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Ours against theirs: the cells of several reports that have the same op and shape, side by side. Each is held against the copy
 * of its own report; beside the time stands how many bytes the provider moves by its own account, over the least that would do.
 */
final class CompareTable {
    private static final String OURS = "logitops";

    private record Key(String op, BenchShape shape) {}

    /** A cell, and what its own run's copy made of the same shape. */
    private record Entry(Cell cell, double percentOfCopy) {}

    private CompareTable() {}

    /** As Markdown: a line for each op and shape that more than one provider was measured on. */
    static String of(List<BenchReport> reports) {
        Map<Key, Map<String, Entry>> byKey = new LinkedHashMap<>();
        Set<String> providers = new LinkedHashSet<>(List.of(OURS));
        for (BenchReport report : reports) {
            for (Cell cell : report.cells()) {
                if (!cell.isCeiling()) {
                    providers.add(cell.provider());
                    byKey.computeIfAbsent(new Key(cell.op(), cell.shape()), key -> new LinkedHashMap<>())
                            .put(cell.provider(), new Entry(cell, report.percentOf(cell, "copy")));
                }
            }
        }
        StringBuilder text = new StringBuilder();
        List<String> head = new ArrayList<>(List.of("op", "dtype", "rows", "columns"));
        providers.forEach(provider -> head.add(provider + ": us, of copy, bytes moved"));
        head.add("fastest other / ours");
        BenchTable.line(text, head);
        BenchTable.line(text, head.stream().map(name -> "---").toList());
        byKey.values().stream().filter(entries -> entries.size() > 1).forEach(entries -> {
            Cell any = entries.values().iterator().next().cell();
            List<String> line = new ArrayList<>(
                    List.of(any.op(), any.dtype().toString(), BenchTable.rows(any), Integer.toString(any.columns())));
            providers.forEach(provider -> line.add(text(entries.get(provider))));
            line.add(ratio(entries));
            BenchTable.line(text, line);
        });
        return text.toString();
    }

    private static String text(Entry entry) {
        if (entry == null) {
            return "not measured";
        }
        Cell cell = entry.cell();
        String moved = cell.movedBytes() == null
                ? "-"
                : String.format(Locale.ROOT, "x %.2f", (double) cell.movedBytes() / cell.bytes());
        return BenchTable.number(cell.micros().median()) + ", " + BenchTable.percent(entry.percentOfCopy()) + ", "
                + moved;
    }

    /** Above 1 we are faster. */
    private static String ratio(Map<String, Entry> entries) {
        if (!entries.containsKey(OURS)) {
            return "not measured";
        }
        double ours = entries.get(OURS).cell().micros().median();
        return entries.values().stream()
                .map(Entry::cell)
                .filter(cell -> !cell.provider().equals(OURS))
                .mapToDouble(cell -> cell.micros().median() / ours)
                .min()
                .stream()
                .mapToObj(ratio -> String.format(Locale.ROOT, "%.2f", ratio))
                .findFirst()
                .orElse("-");
    }
}
