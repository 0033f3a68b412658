package examples;

import static examples.Distill.CLASSES;
import static examples.Distill.HARD_WEIGHT;
import static examples.Distill.TEMPERATURE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import examples.Distill.Data;
import examples.Distill.Result;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The loss by its formula, in plain loops; and that the teacher helps, with other examples, too. */
class DistillTest {
    @Test
    void lossIsThatOfThePlainFormula() {
        Data few = Distill.data(new Random(1), 100, 1.0 / 3);
        Result result = Distill.run(few);
        double loss = 0;
        for (int row = 0; row < few.labels().length; row++) {
            double[] hard = softmax(result.studentLogits(), row, 1);
            double[] student = softmax(result.studentLogits(), row, TEMPERATURE);
            double[] teacher = softmax(result.teacherLogits(), row, TEMPERATURE);
            double divergence = 0;
            for (int c = 0; c < CLASSES; c++) {
                divergence += teacher[c] * Math.log(teacher[c] / student[c]);
            }
            loss += -HARD_WEIGHT * Math.log(hard[few.labels()[row]])
                    + (1 - HARD_WEIGHT) * TEMPERATURE * TEMPERATURE * divergence;
        }
        assertEquals(loss / few.labels().length, result.loss(), 1e-5);
    }

    @Test
    void theTeacherHelps() {
        for (int seed = 11; seed <= 13; seed++) {
            Result result = Distill.run(Distill.data(new Random(seed), 100, 1.0 / 3));
            assertTrue(result.taught() > result.alone() + 0.05, result::toString);
            assertTrue(result.teacher() > result.taught(), result::toString);
        }
    }

    private static double[] softmax(float[] logits, int row, double temperature) {
        double[] p = new double[CLASSES];
        for (int c = 0; c < CLASSES; c++) {
            p[c] = Math.exp(logits[row * CLASSES + c] / temperature);
        }
        double sum = Arrays.stream(p).sum();
        return Arrays.stream(p).map(x -> x / sum).toArray();
    }
}
