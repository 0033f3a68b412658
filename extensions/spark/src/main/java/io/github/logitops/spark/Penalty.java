package io.github.logitops.spark;

import java.util.Arrays;

/**
 * The elastic net, of coefficients and not of intercepts: {@code lambda ((1 - alpha) / 2 sum w² + alpha sum |w|)}.
 *
 * @param lambda how much of it
 * @param alpha the part of absolute values
 * @param factors that make the penalised coefficient of a feature of the one of its standardised values: 1 where those are penalised
 */
record Penalty(double lambda, double alpha, double[] factors) {

    /** Adds the squares' part and its gradient at a point, [classes, features] and more. */
    double addSquares(double[] point, double[] gradient, int classes) {
        double price = lambda * (1 - alpha);
        if (price == 0) {
            return 0;
        }
        double sum = 0;
        for (int k = 0, at = 0; k < classes; k++) {
            for (double factor : factors) {
                double slope = price * factor * factor * point[at];
                sum += slope * point[at] / 2;
                gradient[at++] += slope;
            }
        }
        return sum;
    }

    /** What the absolute value of each parameter costs; null if nothing. */
    double[] prices(TaskSettings settings) {
        double price = lambda * alpha;
        if (price == 0) {
            return null;
        }
        double[] prices = new double[settings.parameters()];
        Arrays.setAll(prices, i -> i < settings.weights() ? price * factors[i % settings.features()] : 0);
        return prices;
    }
}
