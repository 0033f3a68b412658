package io.github.logitops.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class LossCurveTest {
    @Test
    void averagesTheStepsSinceThePointBefore() {
        var curve = new LossCurve(5);
        for (double loss : new double[] {8, 4, 3, 2, 1}) {
            curve.add(loss);
        }
        assertEquals(List.of(new LossCurve.Point(2, 6), new LossCurve.Point(5, 2)), curve.points(2));
    }

    @Test
    void hasNoMorePointsThanSteps() {
        var curve = new LossCurve(2);
        curve.add(3);
        curve.add(2);
        assertEquals(List.of(new LossCurve.Point(1, 3), new LossCurve.Point(2, 2)), curve.points(8));
    }
}
