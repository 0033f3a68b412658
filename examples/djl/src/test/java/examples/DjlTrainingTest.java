package examples;

import static examples.DjlTraining.CLASSES;
import static examples.DjlTraining.POINTS;
import static examples.DjlTraining.SMOOTHING;
import static examples.DjlTraining.WEIGHTS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import examples.DjlTraining.Result;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What DJL's metrics say is what plain loops make of the model's logits. */
class DjlTrainingTest {
    @Test
    void lossAndAccuracyAreThoseOfPlainLoops() throws Exception {
        Result result = DjlTraining.train();

        double loss = 0;
        double weights = 0;
        int correct = 0;
        for (int i = 0; i < POINTS; i++) {
            int row = i * CLASSES;
            int label = (int) result.labels()[i];
            double lse = Math.log(IntStream.range(row, row + CLASSES)
                    .mapToDouble(j -> Math.exp(result.logits()[j]))
                    .sum());
            for (int c = 0; c < CLASSES; c++) {
                double target = WEIGHTS[c] * ((c == label ? 1 - SMOOTHING : 0) + SMOOTHING / CLASSES);
                loss += target * (lse - result.logits()[row + c]);
            }
            weights += WEIGHTS[label];
            int best = IntStream.range(0, CLASSES)
                    .reduce((a, b) -> result.logits()[row + b] > result.logits()[row + a] ? b : a)
                    .orElseThrow();
            correct += best == label ? 1 : 0;
        }
        assertEquals(loss / weights, result.loss(), 1e-5);
        assertEquals((double) correct / POINTS, result.accuracy(), 1e-6);
        assertTrue(result.accuracy() > 0.97, () -> "accuracy=" + result.accuracy());
    }
}
