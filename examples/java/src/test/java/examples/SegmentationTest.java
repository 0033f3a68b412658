package examples;

import static examples.Segmentation.BATCH;
import static examples.Segmentation.CHANNELS;
import static examples.Segmentation.CLASSES;
import static examples.Segmentation.COLOURS;
import static examples.Segmentation.PIXELS;
import static examples.Segmentation.VOID;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import examples.Segmentation.Pictures;
import examples.Segmentation.Result;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Loss and accuracy by plain loops; the best that any classifier can do; and void pixels, which must not matter. */
class SegmentationTest {
    private static final Pictures PICTURES = Segmentation.pictures(new Random(1));
    private static final Result RESULT = Segmentation.train(PICTURES);

    @Test
    void lossAndAccuracyAreThoseOfPlainLoops() {
        long counted = Arrays.stream(PICTURES.labels()).filter(y -> y != VOID).count();
        double loss = 0;
        long correct = 0;
        for (int i = 0; i < BATCH * PIXELS; i++) {
            int label = PICTURES.labels()[i];
            if (label != VOID) {
                double[] logits = new double[CLASSES];
                for (int c = 0; c < CLASSES; c++) {
                    for (int f = 0; f < CHANNELS; f++) {
                        logits[c] += RESULT.weight()[c * CHANNELS + f] * channel(i, f);
                    }
                }
                double sum = Arrays.stream(logits).map(Math::exp).sum();
                loss += (Math.log(sum) - logits[label]) / counted;
                correct += logits[label] == Arrays.stream(logits).max().orElseThrow() ? 1 : 0;
            }
        }
        assertEquals(counted, RESULT.countedPixels());
        assertEquals(loss, RESULT.loss(), 1e-5);
        assertEquals((double) correct / counted, RESULT.accuracy(), 1.5 / counted);
    }

    /** Noise is the same around each mean colour: the nearest of them, more frequent ones first, is the best guess there is. */
    @Test
    void doesAsWellAsOneWhoKnowsHowThePictureWasMade() {
        long[] frequencies = new long[CLASSES];
        for (int label : PICTURES.labels()) {
            if (label != VOID) {
                frequencies[label]++;
            }
        }
        long correct = 0;
        for (int i = 0; i < BATCH * PIXELS; i++) {
            double[] logPosteriors = new double[CLASSES];
            for (int c = 0; c < CLASSES; c++) {
                logPosteriors[c] = Math.log(frequencies[c]);
                for (int f = 0; f < 3; f++) {
                    double distance = (channel(i, f) - COLOURS[c][f]) / Segmentation.NOISE;
                    logPosteriors[c] -= distance * distance / 2;
                }
            }
            int label = PICTURES.labels()[i];
            double best = Arrays.stream(logPosteriors).max().orElseThrow();
            correct += label != VOID && logPosteriors[label] == best ? 1 : 0;
        }
        double best = (double) correct / Arrays.stream(frequencies).sum();
        assertEquals(best, RESULT.accuracy(), 0.005);
        assertTrue(best > 0.8, () -> "best=" + best);
    }

    @Test
    void voidPixelsDoNotMatter() {
        float[] images = PICTURES.images().clone();
        for (int i = 0; i < BATCH * PIXELS; i++) {
            if (PICTURES.labels()[i] == VOID) {
                images[i / PIXELS * CHANNELS * PIXELS + i % PIXELS] = 1000;
            }
        }
        assertArrayEquals(
                RESULT.weight(),
                Segmentation.train(new Pictures(images, PICTURES.labels())).weight());
    }

    private static double channel(int pixel, int f) {
        return PICTURES.images()[(pixel / PIXELS * CHANNELS + f) * PIXELS + pixel % PIXELS];
    }
}
