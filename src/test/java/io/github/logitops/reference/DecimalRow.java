package io.github.logitops.reference;

import java.math.BigDecimal;
import java.util.function.UnaryOperator;

/** What {@link ExactRow} is to be, in decimals. A logit of -inf is null. */
final class DecimalRow {
    final BigDecimal[] distances;
    final BigDecimal[] p;
    final BigDecimal max;
    final BigDecimal logSum;

    /**
     * @param logit z of a finite x
     * @param lowest z of -inf, or null
     */
    DecimalRow(double[] x, UnaryOperator<BigDecimal> logit, BigDecimal lowest) {
        BigDecimal[] z = new BigDecimal[x.length];
        BigDecimal largest = null;
        for (int j = 0; j < x.length; j++) {
            z[j] = x[j] == Double.NEGATIVE_INFINITY ? lowest : logit.apply(Decimal.of(x[j]));
            largest = largest == null || z[j] != null && z[j].compareTo(largest) > 0 ? z[j] : largest;
        }
        max = largest;
        distances = new BigDecimal[x.length];
        p = new BigDecimal[x.length];
        BigDecimal sum = BigDecimal.ZERO;
        for (int j = 0; j < x.length; j++) {
            distances[j] = z[j] == null ? null : z[j].subtract(max);
            p[j] = z[j] == null ? BigDecimal.ZERO : Decimal.exp(distances[j]);
            sum = sum.add(p[j]);
        }
        for (int j = 0; j < x.length; j++) {
            p[j] = Decimal.over(p[j], sum);
        }
        logSum = Decimal.log(sum);
    }

    DecimalRow(double[] x) {
        this(x, UnaryOperator.identity(), null);
    }

    /** Null for -inf. */
    BigDecimal logP(int j) {
        return distances[j] == null ? null : distances[j].subtract(logSum);
    }

    BigDecimal lse() {
        return max.add(logSum);
    }

    BigDecimal entropy() {
        return logSum.add(meanDistance());
    }

    /** -sum p t. */
    BigDecimal meanDistance() {
        BigDecimal sum = BigDecimal.ZERO;
        for (int j = 0; j < p.length; j++) {
            if (distances[j] != null) {
                sum = sum.subtract(Decimal.times(p[j], distances[j]));
            }
        }
        return sum;
    }
}
