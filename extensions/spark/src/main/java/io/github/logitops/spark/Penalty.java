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

    /** Adds the squares' part and its gradient at a point, [classes, columns]. */
    double addSquares(double[] point, double[] gradient, TaskSettings settings) {
        double price = lambda * (1 - alpha);
        if (price == 0) {
            return 0;
        }
        double sum = 0;
        for (int i = 0; i < point.length; i++) {
            double factor = factor(i % settings.columns());
            double slope = price * factor * factor * point[i];
            sum += slope * point[i] / 2;
            gradient[i] += slope;
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
        Arrays.setAll(prices, i -> price * factor(i % settings.columns()));
        return prices;
    }

    private double factor(int column) {
        return column < factors.length ? factors[column] : 0; // an intercept's
    }
}
