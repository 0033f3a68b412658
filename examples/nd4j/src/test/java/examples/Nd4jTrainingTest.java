package examples;

import static examples.Nd4jTraining.CLASSES;
import static examples.Nd4jTraining.FEATURES;
import static examples.Nd4jTraining.POINTS;
import static org.junit.jupiter.api.Assertions.assertEquals;

import examples.Nd4jTraining.Points;
import examples.Nd4jTraining.Result;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Loss and gradient by plain loops: the loss is that of the model, and the model a minimum. */
class Nd4jTrainingTest {
    private final Points points = Nd4jTraining.points(new Random(1));
    private final Result result = Nd4jTraining.train(points);

    @Test
    void theLossIsThatOfPlainLoopsAndAtItsMinimum() {
        double loss = 0;
        double[][] gradient = new double[FEATURES][CLASSES];
        for (int i = 0; i < POINTS; i++) {
            float[] x = points.features()[i];
            double[] logits = new double[CLASSES];
            Arrays.setAll(logits, c -> logit(x, c));
            double sum = Arrays.stream(logits).map(Math::exp).sum();
            loss += (Math.log(sum) - logits[points.labels()[i]]) / POINTS;
            for (int f = 0; f < FEATURES; f++) {
                for (int c = 0; c < CLASSES; c++) {
                    double target = c == points.labels()[i] ? 1 : 0;
                    gradient[f][c] += (Math.exp(logits[c]) / sum - target) * x[f] / POINTS;
                }
            }
        }
        assertEquals(loss, result.loss(), 1e-5);
        for (double[] ofFeature : gradient) {
            for (double slope : ofFeature) {
                assertEquals(0, slope, 1e-3);
            }
        }
    }

    private double logit(float[] x, int c) {
        double logit = 0;
        for (int f = 0; f < FEATURES; f++) {
            logit += x[f] * result.weight()[f][c];
        }
        return logit;
    }
}
