package io.github.logitops.cli.bench;

import java.util.List;
import java.util.Optional;

/**
 * All of a run. {@code docs/benchmarks/README.md} describes the JSON that this becomes.
 *
 * @param schema the version of this record, {@link #SCHEMA}
 * @param tool what measured, with its version
 * @param commit of the sources
 * @param date as in 2026-11-24T10:00:00Z
 * @param backend CUDA or CPU
 * @param device in words
 * @param machine operating system, runtime and whatever else bears on the numbers
 * @param grid quick, full or peers
 * @param rounds how often each cell was measured
 * @param cells the measurements, ceilings among them
 * @param host what calls cost the program that makes them
 * @param leftOut what was to be measured and was not; files from before there was this have none
 */
record BenchReport(
        int schema,
        String tool,
        String commit,
        String date,
        String backend,
        String device,
        String machine,
        String grid,
        int rounds,
        List<Cell> cells,
        List<HostCost> host,
        List<LeftOut> leftOut) {

    static final int SCHEMA = 1;

    BenchReport {
        leftOut = leftOut == null ? List.of() : leftOut;
    }

    /** Whether {@code logitops bench} wrote it. */
    boolean isOurs() {
        return tool.startsWith("logitops");
    }

    /** Who was measured: ours first, then the peers. */
    List<String> providers() {
        return cells.stream()
                .filter(cell -> !cell.isCeiling())
                .map(Cell::provider)
                .distinct()
                .toList();
    }

    /** The device's name, without what a driver adds to it: reports of the same card can be held against each other. */
    String card() {
        return device.replaceAll(",.*", "");
    }

    /** The ceiling of this name that was measured in the same rounds as {@code cell}. */
    Optional<Cell> ceiling(Cell cell, String name) {
        return cells.stream()
                .filter(each -> each.isCeiling()
                        && each.op().equals(name)
                        && each.shape().equals(cell.shape()))
                .findFirst();
    }

    /** The speed of a cell over that of a ceiling, in percent; NaN if that was not measured. */
    double percentOf(Cell cell, String name) {
        return ceiling(cell, name)
                .map(top -> 100 * cell.gigabytesPerSecond() / top.gigabytesPerSecond())
                .orElse(Double.NaN);
    }

    /** The speed of a cell over that of the ceiling with its traffic, or of a copy where that was not measured. */
    double percentOfCeiling(Cell cell) {
        double percent = percentOf(cell, cell.ceiling());
        return Double.isNaN(percent) ? percentOf(cell, "copy") : percent;
    }
}
