package io.github.logitops.cli.bench;

import java.awt.Color;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.style.Styler.LegendPosition;

/** Draws a report with peers as a PNG: for each op and shape a bar for each provider, as high as it is fast. */
final class PeerChart {
    private PeerChart() {}

    static byte[] png(BenchReport report) throws IOException {
        List<PeerLine> lines = PeerLine.of(report);
        double slowest = report.cells().stream()
                .mapToDouble(Cell::gigabytesPerSecond)
                .min()
                .orElseThrow();
        CategoryChart chart = new CategoryChartBuilder()
                .width(1600)
                .height(900)
                .title("Speed beside peers: " + report.machine())
                .yAxisTitle("GB/s of the least that must be read and written")
                .build();
        chart.getStyler()
                .setXAxisMaxLabelCount(1 + lines.size())
                .setXAxisLabelRotation(90)
                .setYAxisLogarithmic(true)
                .setYAxisMin(Math.pow(10, Math.floor(Math.log10(slowest))))
                .setLegendPosition(LegendPosition.OutsideE)
                .setChartBackgroundColor(Color.WHITE);
        List<String> names = lines.stream().map(PeerLine::toString).toList();
        for (String provider : report.providers()) {
            Double[] speeds = lines.stream()
                    .map(line ->
                            line.cell(provider).map(Cell::gigabytesPerSecond).orElse(Double.NaN))
                    .toArray(Double[]::new);
            chart.addSeries(provider, names, Arrays.asList(speeds));
        }
        return ChartEncoder.getBytes(chart, "png");
    }
}
