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

/** Draws loss curves and the best loss of a bigram model as a PNG. */
final class LossChart {
    private static final int POINTS = 100;
    private static final double BIT = Math.log(2); // in nats

    private final XYChart chart;
    private final double last;
    private final double unit;

    private LossChart(String yAxis, int steps, double unit) {
        last = steps;
        this.unit = unit;
        chart = new XYChartBuilder()
                .width(900)
                .height(540)
                .title("Training loss")
                .xAxisTitle("step")
                .yAxisTitle(yAxis)
                .build();
        chart.getStyler()
                .setXAxisMin(0.0)
                .setXAxisMax(last)
                .setLegendPosition(LegendPosition.InsideNE)
                .setChartBackgroundColor(Color.WHITE);
    }

    /** One curve, in nats per byte. */
    static byte[] png(LossCurve losses, double optimum) throws IOException {
        var drawn = new LossChart("nats per byte", losses.steps(), 1);
        drawn.addCurve("loss", losses);
        drawn.addLine("best bigram model", optimum, Color.RED);
        return drawn.png();
    }

    /**
     * That of the mlp, and that of a bigram model in as many steps, in bits per byte.
     *
     * @param bigrams null if there is none
     * @param heldOut loss of the mlp on what is held out
     * @param optimum of bigrams there
     */
    static byte[] comparison(LossCurve mlp, LossCurve bigrams, double heldOut, double optimum) throws IOException {
        var drawn = new LossChart("bits per byte", mlp.steps(), BIT);
        if (bigrams != null) {
            drawn.addCurve("bigram model", bigrams);
        }
        drawn.addCurve("mlp", mlp);
        drawn.addLine("best bigram model, held-out text", optimum, Color.RED);
        drawn.addLine("mlp, held-out text", heldOut, Color.GRAY);
        return drawn.png();
    }

    private void addCurve(String name, LossCurve curve) {
        List<LossCurve.Point> points = curve.points(POINTS);
        double[] steps = points.stream().mapToDouble(LossCurve.Point::step).toArray();
        double[] losses = points.stream()
                .mapToDouble(point -> Double.isFinite(point.loss()) ? point.loss() / unit : Double.NaN) // NaN is a gap
                .toArray();
        chart.addSeries(name, steps, losses).setMarker(SeriesMarkers.NONE);
    }

    private void addLine(String name, double loss, Color color) {
        double shown = Double.isFinite(loss) ? loss / unit : Double.NaN;
        chart.addSeries(name, new double[] {0, last}, new double[] {shown, shown})
                .setMarker(SeriesMarkers.NONE)
                .setLineColor(color)
                .setLineStyle(new BasicStroke(1.5f));
    }

    private byte[] png() throws IOException {
        return ChartEncoder.getBytes(chart, "png");
    }
}
