package io.github.logitops.cli.bench;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * The objective of a fit over its iterations, as the summary of a softmax regression on Spark writes it: a line
 * {@code iteration,objective}, and one for each iteration below it.
 */
record HistoryChart(List<Double> iterations, List<Double> objectives) {
    private static final String HEADER = "iteration,objective";

    /** Whether a file is called like one. */
    static boolean isHistory(Path file) {
        return file.getFileName().toString().endsWith(".csv");
    }

    static HistoryChart read(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        if (lines.size() < 2 || !lines.get(0).equals(HEADER)) {
            throw new IllegalArgumentException("plot: no history, which begins with " + HEADER + ": file=" + file);
        }
        List<Double> iterations = new ArrayList<>();
        List<Double> objectives = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            String[] numbers = line.split(",");
            try {
                iterations.add(Double.valueOf(numbers[0]));
                objectives.add(Double.valueOf(numbers[1]));
            } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
                throw new IllegalArgumentException("plot: not two numbers: file=" + file + ", line=" + line, e);
            }
        }
        return new HistoryChart(iterations, objectives);
    }

    byte[] png() throws IOException {
        XYChart chart = new XYChartBuilder()
                .width(900)
                .height(540)
                .title("Objective of the fit")
                .xAxisTitle("iteration")
                .yAxisTitle("objective")
                .build();
        chart.getStyler().setLegendVisible(false).setChartBackgroundColor(Color.WHITE);
        chart.addSeries("objective", iterations, objectives).setMarker(SeriesMarkers.CIRCLE);
        return ChartEncoder.getBytes(chart, "png");
    }
}
