package examples;

import static examples.PolicyGradient.ACTIONS;
import static examples.PolicyGradient.BONUS;
import static examples.PolicyGradient.STATES;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import examples.PolicyGradient.Result;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The best policy is softmax of the rewards over the bonus: which the one learned, from rewards under noise, must come near. */
class PolicyGradientTest {
    private static final Result RESULT = PolicyGradient.train(new Random(1));

    @Test
    void findsTheBestPolicy() {
        for (int state = 0; state < STATES; state++) {
            double[] best = new double[ACTIONS];
            double[] learned = new double[ACTIONS];
            double bestSum = 0;
            double learnedSum = 0;
            for (int a = 0; a < ACTIONS; a++) {
                best[a] = Math.exp(PolicyGradient.reward(state, a) / BONUS);
                learned[a] = Math.exp(RESULT.policy()[state * ACTIONS + a]);
                bestSum += best[a];
                learnedSum += learned[a];
            }
            for (int a = 0; a < ACTIONS; a++) {
                assertEquals(best[a] / bestSum, learned[a] / learnedSum, 0.05, "state=" + state + ", action=" + a);
            }
        }
    }

    @Test
    void objectiveIsThatOfPlainLoops() {
        double objective = 0;
        double optimum = 0;
        for (int state = 0; state < STATES; state++) {
            double sum = 0;
            double best = 0;
            for (int a = 0; a < ACTIONS; a++) {
                sum += Math.exp(RESULT.policy()[state * ACTIONS + a]);
                best += Math.exp(PolicyGradient.reward(state, a) / BONUS);
            }
            for (int a = 0; a < ACTIONS; a++) {
                double p = Math.exp(RESULT.policy()[state * ACTIONS + a]) / sum;
                objective += p * (PolicyGradient.reward(state, a) - BONUS * Math.log(p)) / STATES;
            }
            optimum += BONUS * Math.log(best) / STATES;
        }
        assertEquals(objective, RESULT.objective(), 1e-6);
        assertEquals(optimum, RESULT.optimum(), 1e-6);
        assertTrue(objective < optimum && objective > optimum - 0.01, RESULT::toString);
    }

    @Test
    void slopeIsAFiniteDifferenceOfTheClippedObjective() {
        for (double advantage : new double[] {-2, 1.5}) {
            for (double change : new double[] {-1, -0.2, -0.1, 0, 0.1, 0.2, 1}) {
                double difference = clipped(advantage, change + 1e-6) - clipped(advantage, change - 1e-6);
                assertEquals(difference / 2e-6, PolicyGradient.slope(advantage, change), 1e-6, "change=" + change);
            }
        }
    }

    private static double clipped(double advantage, double change) {
        double ratio = Math.exp(change);
        double within = Math.max(1 - PolicyGradient.CLIP, Math.min(1 + PolicyGradient.CLIP, ratio));
        return Math.min(ratio * advantage, within * advantage);
    }
}
