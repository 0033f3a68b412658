package io.github.logitops.cli.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What was measured of one op and shape.
 *
 * @param cells by whom
 */
record PeerLine(String op, BenchShape shape, List<Cell> cells) {
    private record Key(String op, BenchShape shape) {}

    /** All of a report, in its order. */
    static List<PeerLine> of(BenchReport report) {
        Map<Key, List<Cell>> cells = new LinkedHashMap<>();
        for (Cell cell : report.cells()) {
            if (!cell.isCeiling()) {
                cells.computeIfAbsent(new Key(cell.op(), cell.shape()), key -> new ArrayList<>())
                        .add(cell);
            }
        }
        return cells.entrySet().stream()
                .map(each -> new PeerLine(each.getKey().op(), each.getKey().shape(), each.getValue()))
                .toList();
    }

    Optional<Cell> cell(String provider) {
        return cells.stream().filter(cell -> cell.provider().equals(provider)).findFirst();
    }

    @Override
    public String toString() {
        return op + " " + shape.dtype() + " " + BenchTable.rows(shape) + " x " + BenchTable.columns(shape);
    }
}
