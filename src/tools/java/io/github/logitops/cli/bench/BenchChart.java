package io.github.logitops.cli.bench;

import java.awt.Color;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.LegendPosition;

/** Draws a report as a PNG: percent of copy over row length, a line for each provider, op and dtype. */
final class BenchChart {
    private BenchChart() {}

    static byte[] png(BenchReport report) throws IOException {
        return ChartEncoder.getBytes(draw(report), "png");
    }

    private static XYChart draw(BenchReport report) {
        XYChart chart = new XYChartBuilder()
                .width(1200)
                .height(700)
                .title("Speed by row length: " + report.device())
                .xAxisTitle("elements in a row")
                .yAxisTitle("percent of a copy of as many bytes")
                .build();
        chart.getStyler()
                .setXAxisLogarithmic(true)
                .setYAxisMin(0.0)
                .setLegendPosition(LegendPosition.OutsideE)
                .setChartBackgroundColor(Color.WHITE);
        lines(report)
                .forEach((name, line) -> chart.addSeries(
                        name,
                        line.keySet().stream().mapToDouble(Integer::doubleValue).toArray(),
                        line.values().stream()
                                .mapToDouble(cell -> report.percentOf(cell, "copy"))
                                .toArray()));
        return chart;
    }

    /** By name, then by row length: of several cells of one length the largest, which overheads show in least. */
    static Map<String, TreeMap<Integer, Cell>> lines(BenchReport report) {
        Map<String, TreeMap<Integer, Cell>> lines = new LinkedHashMap<>();
        for (Cell cell : report.cells()) {
            if (!cell.isCeiling()
                    && cell.inner() == 1
                    && cell.padding() == 0
                    && !Double.isNaN(report.percentOf(cell, "copy"))) {
                lines.computeIfAbsent(name(report, cell), name -> new TreeMap<>())
                        .merge(cell.columns(), cell, (a, b) -> a.bytes() >= b.bytes() ? a : b);
            }
        }
        return lines;
    }

    private static String name(BenchReport report, Cell cell) {
        boolean several = report.cells().stream()
                .anyMatch(other -> !other.isCeiling() && !other.provider().equals(cell.provider()));
        return (several ? cell.provider() + " " : "") + cell.op() + " " + cell.dtype();
    }
}
