package io.github.logitops.cli.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/**
 * Cells of several reports that have the same op and shape, side by side. Each is held against the copy of its own report;
 * beside the time stands how many bytes the provider moves by its own account, over the least that would do.
 */
final class CompareTable {
    private record Key(String op, BenchShape shape) {}

    /** A cell, and what its own run's copy made of the same shape. */
    private record Entry(Cell cell, double percentOfCopy) {
        double micros() {
            return cell.micros().median();
        }
    }

    private record Column(String name, Map<Key, Entry> entries) {
        Column(String name) {
            this(name, new LinkedHashMap<>());
        }

        void add(String name, BenchReport report, Cell cell) {
            entries.put(new Key(name, cell.shape()), new Entry(cell, report.percentOf(cell, "copy")));
        }
    }

    private final List<Column> columns;
    private final Column ours;
    private final String ratio;
    private final List<Key> lines;

    /**
     * What stands in more than one column.
     *
     * @param ours the one that others are held against
     * @param ratio what the fastest other over ours is called; above 1 ours is faster
     */
    private CompareTable(List<Column> columns, Column ours, String ratio) {
        this.columns = columns;
        this.ours = ours;
        this.ratio = ratio;
        lines = columns.stream()
                .flatMap(column -> column.entries().keySet().stream())
                .distinct()
                .filter(key -> entries(key).count() > 1)
                .toList();
    }

    /** Ours against theirs, on one card: a column for each provider. Of a cell that stands in two reports the later one counts. */
    static CompareTable ofProviders(List<BenchReport> reports) {
        Map<String, Column> columns = new LinkedHashMap<>(Map.of(Cell.OURS, new Column(Cell.OURS)));
        for (BenchReport report : reports) {
            for (Cell cell : report.cells()) {
                if (!cell.isCeiling()) {
                    columns.computeIfAbsent(cell.provider(), Column::new).add(cell.op(), report, cell);
                }
            }
        }
        return new CompareTable(List.copyOf(columns.values()), columns.get(Cell.OURS), "fastest other / ours");
    }

    /** Two reports of ours. The lines of peers that were measured with us show what has drifted. */
    static CompareTable ofRuns(BenchReport before, BenchReport after) {
        List<Column> columns = List.of(ofRun("before", before), ofRun("after", after));
        return new CompareTable(columns, columns.get(1), "before / after");
    }

    private static Column ofRun(String name, BenchReport report) {
        Column column = new Column(name);
        for (Cell cell : report.cells()) {
            if (!cell.isCeiling()) {
                column.add(cell.isOurs() ? cell.op() : cell.provider() + " " + cell.op(), report, cell);
            }
        }
        return column;
    }

    /** Whether no op and shape stands in two columns. */
    boolean isEmpty() {
        return lines.isEmpty();
    }

    private Stream<Entry> entries(Key key) {
        return columns.stream().map(column -> column.entries().get(key)).filter(Objects::nonNull);
    }

    /** As Markdown. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        List<String> head = new ArrayList<>(List.of("op", "dtype", "rows", "columns"));
        columns.forEach(column -> head.add(column.name() + ": us, of copy, bytes moved"));
        head.add(ratio);
        BenchTable.line(text, head);
        BenchTable.line(text, head.stream().map(name -> "---").toList());
        for (Key key : lines) {
            BenchShape shape = key.shape();
            List<String> line = new ArrayList<>(
                    List.of(key.op(), shape.dtype().toString(), BenchTable.rows(shape), BenchTable.columns(shape)));
            columns.forEach(column -> line.add(text(column.entries().get(key))));
            line.add(ratio(key));
            BenchTable.line(text, line);
        }
        return text.toString();
    }

    private static String text(Entry entry) {
        if (entry == null) {
            return BenchMatrix.NOT_MEASURED;
        }
        Cell cell = entry.cell();
        String moved = cell.movedBytes() == null
                ? "-"
                : String.format(Locale.ROOT, "x %.2f", (double) cell.movedBytes() / cell.bytes());
        return BenchTable.number(entry.micros()) + ", " + BenchTable.percent(entry.percentOfCopy()) + ", " + moved;
    }

    private String ratio(Key key) {
        Entry our = ours.entries().get(key);
        if (our == null) {
            return BenchMatrix.NOT_MEASURED;
        }
        OptionalDouble fastest = entries(key)
                .filter(entry -> entry != our)
                .mapToDouble(Entry::micros)
                .min();
        return String.format(Locale.ROOT, "%.2f", fastest.orElseThrow() / our.micros());
    }
}
