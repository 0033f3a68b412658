package io.github.logitops.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.reference.CrossEntropyReference;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Reduction;
import io.github.logitops.support.Data;
import io.github.logitops.support.Geometry;
import org.junit.jupiter.api.Test;

/** The oracle's gradient of random combinations of options against differences of the oracle's loss. */
class CrossEntropySlopesTest {
    private static final double STEP = 1e-5;
    private static final int COMBINATIONS = 400;

    @Test
    void everyCombinationHasTheGradientOfItsLoss() {
        CrossEntropyDraw draw = new CrossEntropyDraw();
        Data data = new Data(CrossEntropyDraw.SEED);
        int compared = 0;
        for (int i = 0; i < COMBINATIONS; i++) {
            compared += check(draw.next(DType.F64, Geometry.dense(4, 5), data.values(4, 5)));
        }
        // Not compared are the rows of a MEAN without a loss: of weights that sum to 0 or of nothing.
        assertTrue(compared > COMBINATIONS * 4 * 5 * 0.9, compared + " elements had a slope");
    }

    private static int check(CrossEntropyCase drawn) {
        double[][] logits = drawn.logits();
        CrossEntropyReference at = reference(drawn);
        int compared = 0;
        for (int n = 0; n < logits.length; n++) {
            for (int j = 0; j < logits[n].length; j++) {
                double x = logits[n][j];
                logits[n][j] = x + STEP;
                double up = objective(drawn);
                logits[n][j] = x - STEP;
                double slope = (up - objective(drawn)) / (2 * STEP);
                logits[n][j] = x;
                if (Double.isFinite(slope)) {
                    double ofGradient = at.rows()[n].gradientScale()[j];
                    double scale = Math.max(10, ofGradient + Math.abs(drawn.gradScale()[n] * at.lossScale()));
                    String what = "seed " + CrossEntropyDraw.SEED + ", row " + n + ", class " + j + ", " + drawn;
                    assertEquals(slope, at.rows()[n].gradient()[j], 1e-9 * scale, what);
                    compared++;
                }
            }
        }
        return compared;
    }

    /** What the gradient is the gradient of. */
    private static double objective(CrossEntropyCase drawn) {
        CrossEntropyReference at = reference(drawn);
        if (drawn.options().reduction() != Reduction.NONE) {
            return drawn.gradScale()[0] * at.loss();
        }
        double sum = 0;
        for (int n = 0; n < at.rows().length; n++) {
            sum += drawn.gradScale()[n] * at.rows()[n].loss();
        }
        return sum;
    }

    private static CrossEntropyReference reference(CrossEntropyCase drawn) {
        return CrossEntropyReference.of(
                drawn.logits(), drawn.targets(), drawn.weights(), drawn.options(), drawn.gradScale());
    }
}
