package io.github.logitops.cli.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A report with peers as Markdown: a line for each op and shape, our time, and the peers' times and their ratios to ours. */
final class PeerTable {
    private static final String NOT_MEASURED = "-";
    private static final double UNSTEADY = 1.25;

    private PeerTable() {}

    static String of(BenchReport report) {
        List<String> peers = report.providers().stream()
                .filter(provider -> !provider.equals(Cell.OURS))
                .toList();
        StringBuilder text = new StringBuilder();
        List<String> head = new ArrayList<>(List.of("op", "dtype", "rows", "columns", Cell.OURS + " us"));
        peers.forEach(peer -> head.addAll(List.of(peer + " us", peer + " / " + Cell.OURS)));
        BenchTable.line(text, head);
        BenchTable.line(
                text,
                head.stream().map(name -> name.contains(" ") ? "---:" : "---").toList());
        for (PeerLine line : PeerLine.of(report)) {
            Optional<Double> ours = micros(line, Cell.OURS);
            BenchShape shape = line.shape();
            List<String> cells = new ArrayList<>(
                    List.of(line.op(), shape.dtype().toString(), BenchTable.rows(shape), BenchTable.columns(shape)));
            cells.add(ours.map(BenchTable::number).orElse(NOT_MEASURED));
            for (String peer : peers) {
                Optional<Double> theirs = micros(line, peer);
                cells.add(theirs.map(BenchTable::number).orElse(NOT_MEASURED));
                cells.add(ours.flatMap(us -> theirs.map(them -> String.format(Locale.ROOT, "%.2f", them / us)))
                        .orElse(NOT_MEASURED));
            }
            BenchTable.line(text, cells);
        }
        return text + unsteady(report);
    }

    /** Where cores are shared, peers that wait for all their threads are hit hardest: such times say little. */
    private static String unsteady(BenchReport report) {
        List<Cell> all =
                report.cells().stream().filter(cell -> !cell.isCeiling()).toList();
        long unsteady = all.stream()
                .filter(cell -> cell.micros().p80() > UNSTEADY * cell.micros().p20())
                .count();
        return unsteady == 0
                ? ""
                : String.format(
                        "%nUnsteady, p80 more than %s times p20: %d of %d times. Was something else running?%n",
                        UNSTEADY, unsteady, all.size());
    }

    private static Optional<Double> micros(PeerLine line, String provider) {
        return line.cell(provider).map(cell -> cell.micros().median());
    }
}
