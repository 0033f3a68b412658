package io.github.logitops.cli;

import java.awt.BasicStroke;
import java.awt.Color;
import java.io.IOException;
import java.util.List;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Draws a loss curve and the best loss of a bigram model as a PNG. */
final class LossChart {
    private static final int POINTS = 100;

    private LossChart() {}

    static byte[] png(LossCurve losses, double optimum) throws IOException {
        return ChartEncoder.getBytes(draw(losses.points(POINTS), optimum), "png");
    }

    private static XYChart draw(List<LossCurve.Point> curve, double optimum) {
        double[] steps = curve.stream().mapToDouble(LossCurve.Point::step).toArray();
        double[] losses = curve.stream()
                .mapToDouble(point -> Double.isFinite(point.loss()) ? point.loss() : Double.NaN) // NaN is a gap
                .toArray();
        double last = steps[steps.length - 1];

        XYChart chart = new XYChartBuilder()
                .width(900)
                .height(540)
                .title("Training loss")
                .xAxisTitle("step")
                .yAxisTitle("nats per byte")
                .build();
        chart.getStyler()
                .setXAxisMin(0.0)
                .setXAxisMax(last)
                .setLegendPosition(LegendPosition.InsideNE)
                .setChartBackgroundColor(Color.WHITE);
        chart.addSeries("loss", steps, losses).setMarker(SeriesMarkers.NONE);
        chart.addSeries("best bigram model", new double[] {0, last}, new double[] {optimum, optimum})
                .setMarker(SeriesMarkers.NONE)
                .setLineColor(Color.RED)
                .setLineStyle(new BasicStroke(1.5f));
        return chart;
    }
}
