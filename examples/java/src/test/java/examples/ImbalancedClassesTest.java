package examples;

import static examples.ImbalancedClasses.CLASSES;
import static examples.ImbalancedClasses.FREQUENCIES;
import static examples.ImbalancedClasses.RARE;
import static examples.ImbalancedClasses.ROWS;
import static examples.ImbalancedClasses.SMOOTHING;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import examples.ImbalancedClasses.Data;
import examples.ImbalancedClasses.Outcome;
import examples.ImbalancedClasses.Result;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * At the least loss of a model with biases, its probabilities have the mean of the targets, weighted as the loss weights rows: frequencies;
 * equal shares, where classes are weighted by one over frequency; frequencies mixed with equal shares, where labels are smoothed.
 */
class ImbalancedClassesTest {
    private static final Data DATA = ImbalancedClasses.data(new Random(2));
    private static final Result RESULT = ImbalancedClasses.run(DATA);

    @Test
    void meanProbabilitiesAreThoseOfTheTargets() {
        double[] frequencies = new double[CLASSES];
        double[] smoothed = new double[CLASSES];
        double[] shares = new double[CLASSES];
        for (int c = 0; c < CLASSES; c++) {
            frequencies[c] = (double) FREQUENCIES[c] / ROWS;
            smoothed[c] = (1 - SMOOTHING) * frequencies[c] + SMOOTHING / CLASSES;
            shares[c] = 1.0 / CLASSES;
        }
        assertArrayEquals(frequencies, meanProbabilities(RESULT.plain(), false), 1e-3);
        assertArrayEquals(smoothed, meanProbabilities(RESULT.smoothed(), false), 1e-3);
        assertArrayEquals(shares, meanProbabilities(RESULT.weighted(), true), 1e-3);
    }

    @Test
    void weightsFindTheRareClassAndSmoothingTakesConfidence() {
        assertTrue(RESULT.weighted().rareRecall() > 0.8);
        assertTrue(RESULT.plain().rareRecall() < 0.4);
        assertTrue(RESULT.weighted().accuracy() < RESULT.plain().accuracy());
        assertTrue(RESULT.smoothed().confidence() < RESULT.plain().confidence() - 0.05);
    }

    @Test
    void recallIsThatOfTheProbabilities() {
        double[] recalls = new double[3];
        Outcome[] outcomes = {RESULT.plain(), RESULT.weighted(), RESULT.smoothed()};
        for (int k = 0; k < outcomes.length; k++) {
            double[] p = outcomes[k].probabilities();
            for (int row = ROWS - FREQUENCIES[RARE]; row < ROWS; row++) { // the rare ones come last
                boolean found = p[row * CLASSES + RARE] > Math.max(p[row * CLASSES], p[row * CLASSES + 1]);
                recalls[k] += found ? 1.0 / FREQUENCIES[RARE] : 0;
            }
        }
        assertArrayEquals(
                recalls,
                new double[] {
                    RESULT.plain().rareRecall(),
                    RESULT.weighted().rareRecall(),
                    RESULT.smoothed().rareRecall()
                },
                1e-9);
    }

    private static double[] meanProbabilities(Outcome outcome, boolean weighted) {
        double[] mean = new double[CLASSES];
        for (int row = 0; row < ROWS; row++) {
            double weight = weighted ? 1.0 / (CLASSES * FREQUENCIES[DATA.labels()[row]]) : 1.0 / ROWS;
            for (int c = 0; c < CLASSES; c++) {
                mean[c] += weight * outcome.probabilities()[row * CLASSES + c];
            }
        }
        return mean;
    }
}
