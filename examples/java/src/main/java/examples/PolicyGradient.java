package examples;

import io.github.logitops.Backend;
import io.github.logitops.Entropy;
import io.github.logitops.EntropyResult;
import io.github.logitops.LogitOps;
import io.github.logitops.SelectedLogProb;
import io.github.logitops.SelectedLogProbResult;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.SelectedLogProbOptions;
import io.github.logitops.spec.Shape;
import java.util.Locale;
import java.util.Random;

/**
 * Proximal policy optimisation on a bandit with states: log-probabilities of the actions taken, whose gradient is scaled row by row with
 * advantage and ratio, and a bonus for entropy. What it should find is known: softmax of the expected rewards over the bonus.
 */
public final class PolicyGradient {
    static final int STATES = 4;
    static final int ACTIONS = 6;
    static final double BONUS = 0.2;
    private static final int ROWS = 1024;
    private static final int ITERATIONS = 200;
    private static final int EPOCHS = 4; // passes over what was sampled once
    static final double CLIP = 0.2;
    private static final double RATE = 1;

    private PolicyGradient() {}

    /** The policy's logits, [states, actions]; expected reward and bonus together, and the most that there could be of them. */
    record Result(float[] policy, double objective, double optimum) {}

    public static void main(String[] args) {
        Result result = train(new Random(1));
        System.out.printf(
                Locale.ROOT, "policyGradient: objective=%.4f optimum=%.4f%n", result.objective(), result.optimum());
    }

    /** What is expected of an action; what is paid has noise. */
    static double reward(int state, int action) {
        return 0.5 + 0.5 * Math.sin(2 + 3 * state + 5 * action);
    }

    static Result train(Random random) {
        Shape shape = Shape.of(ROWS, ACTIONS);
        float[] policy = new float[STATES * ACTIONS];
        double[] baseline = new double[STATES];
        int[] actions = new int[ROWS];
        double[] advantages = new double[ROWS];
        float[] old = new float[ROWS];
        float[] logProbs = new float[ROWS];
        float[] factors = new float[ROWS];
        try (LogitOps ops = LogitOps.open(Backend.AUTO)) {
            SelectedLogProb logProb = ops.selectedLogProb(SelectedLogProbOptions.defaults());
            Entropy entropy = ops.entropy();
            try (Stream stream = ops.newStream();
                    Tensor logits = ops.empty(DType.F32, shape);
                    Tensor gradient = ops.empty(DType.F32, shape);
                    Tensor labels = ops.empty(DType.I32, Shape.of(ROWS));
                    Tensor rowScale = ops.empty(DType.F32, Shape.of(ROWS));
                    SelectedLogProbResult taken = logProb.newResult(DType.F32, shape, stream);
                    EntropyResult spread = entropy.newResult(DType.F32, shape, stream)) {
                for (int iteration = 0; iteration < ITERATIONS; iteration++) {
                    float[] probabilities = ops.softmax().forward(policy, Shape.of(STATES, ACTIONS));
                    for (int row = 0; row < ROWS; row++) {
                        int state = row % STATES;
                        actions[row] = sample(probabilities, state, random.nextDouble());
                        double paid = reward(state, actions[row]) + 0.5 * random.nextGaussian();
                        advantages[row] = paid - baseline[state];
                        baseline[state] += 0.01 * advantages[row];
                    }
                    labels.upload(actions, stream);
                    for (int epoch = 0; epoch < EPOCHS; epoch++) {
                        logits.upload(rows(policy), stream);
                        logProb.forward(logits, labels, taken, stream);
                        entropy.forward(logits, spread, stream);
                        taken.logProbs().download(epoch == 0 ? old : logProbs, stream);
                        for (int row = 0; row < ROWS; row++) {
                            double change = epoch == 0 ? 0 : logProbs[row] - old[row];
                            factors[row] = (float) (-slope(advantages[row], change) / ROWS); // it descends
                        }
                        rowScale.upload(factors, stream);
                        logProb.backward(logits, labels, taken, GradScale.perRow(rowScale), gradient, stream);
                        entropy.backward(logits, spread, GradScale.of(-BONUS / ROWS), logits, stream); // over them
                        descend(policy, gradient.download(stream));
                        descend(policy, logits.download(stream));
                    }
                }
            }
            return result(ops, policy);
        }
    }

    /** The derivative of min(r A, clip(r) A), with r = exp(change), by the change of a log-probability. */
    static double slope(double advantage, double change) {
        double ratio = Math.exp(change);
        boolean clipped = advantage > 0 ? ratio > 1 + CLIP : ratio < 1 - CLIP;
        return clipped ? 0 : ratio * advantage;
    }

    private static Result result(LogitOps ops, float[] policy) {
        Shape shape = Shape.of(STATES, ACTIONS);
        float[] probabilities = ops.softmax().forward(policy, shape);
        float[] entropies = ops.entropy().forward(policy, shape);
        float[] scaled = new float[policy.length]; // rewards over the bonus: the best policy's logits
        double objective = 0;
        for (int i = 0; i < policy.length; i++) {
            double reward = reward(i / ACTIONS, i % ACTIONS);
            objective += probabilities[i] * reward / STATES;
            scaled[i] = (float) (reward / BONUS);
        }
        float[] best = ops.logSumExp().forward(scaled, shape);
        double optimum = 0;
        for (int state = 0; state < STATES; state++) {
            objective += BONUS * entropies[state] / STATES;
            optimum += BONUS * best[state] / STATES;
        }
        return new Result(policy, objective, optimum);
    }

    private static int sample(float[] probabilities, int state, double uniform) {
        int action = 0;
        while (action < ACTIONS - 1 && (uniform -= probabilities[state * ACTIONS + action]) > 0) {
            action++;
        }
        return action;
    }

    /** The logits of each row's state. */
    private static float[] rows(float[] policy) {
        float[] logits = new float[ROWS * ACTIONS];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = policy[i % policy.length]; // states take turns
        }
        return logits;
    }

    private static void descend(float[] policy, float[] gradient) {
        for (int i = 0; i < gradient.length; i++) {
            policy[i % policy.length] -= (float) (RATE * gradient[i]);
        }
    }
}
