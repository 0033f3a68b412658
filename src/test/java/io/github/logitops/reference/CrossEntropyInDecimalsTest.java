package io.github.logitops.reference;

import static io.github.logitops.reference.HardRows.assertNear;
import static io.github.logitops.reference.HardRows.assertNearest;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.Reduction;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Cross entropy with all of its options against a hundred digits on hard rows. */
@Execution(ExecutionMode.CONCURRENT)
class CrossEntropyInDecimalsTest {
    private static final int DRAWS = 30;
    private static final double LARGEST_WITH_Z_LOSS = 1e10; // beyond, squares are all that is left

    private final Random random = new Random(310);

    @Test
    void labels() {
        for (double offset : HardRows.OFFSETS) {
            for (int i = 0; i < DRAWS; i++) {
                check(offset, true);
            }
        }
    }

    @Test
    void probabilities() {
        for (double offset : HardRows.OFFSETS) {
            for (int i = 0; i < DRAWS; i++) {
                check(offset, false);
            }
        }
    }

    private void check(double offset, boolean labelled) {
        double[] x = HardRows.draw(offset, random);
        double[] other = Arrays.copyOf(HardRows.draw(offset, random), x.length);
        CrossEntropyOptions options = CrossEntropyOptions.defaults()
                .withLogitScale(HardRows.draw(random, 1, 0.1, 1 / 0.7, 3.7))
                .withLabelSmoothing(HardRows.draw(random, 0, 0.1, 0.9969759086324046))
                .withZLoss(Math.abs(offset) > LARGEST_WITH_Z_LOSS ? 0 : HardRows.draw(random, 0, 1e-4, 0.3))
                .withReduction(random.nextBoolean() ? Reduction.MEAN : Reduction.SUM);
        if (random.nextInt(3) == 0) {
            options = options.withSoftCap(HardRows.draw(random, 30, 7.3));
        }
        double[] weights = random.nextBoolean() || offset == 1e300 ? null : weights(x.length); // terms stay finite
        double g = HardRows.draw(random, 1, -3.7, 65536);
        Targets targets = labelled
                ? Targets.of(random.nextInt(x.length), random.nextInt(x.length))
                : Targets.of(
                        new double[][] {HardRows.gaussians(x.length, random), HardRows.gaussians(x.length, random)});
        double[][] logits = {x, other};
        CrossEntropyReference actual = CrossEntropyReference.of(logits, targets, weights, options, new double[] {g, g});
        String what = "offset " + offset + ", " + options + ", " + Arrays.toString(x);
        boolean mean = options.reduction() == Reduction.MEAN;
        BigDecimal divisor = mean ? divisor(targets, weights) : BigDecimal.ONE;
        BigDecimal rows = BigDecimal.valueOf(mean ? 2 : 1);
        BigDecimal loss = BigDecimal.ZERO;
        BigDecimal zLoss = BigDecimal.ZERO;
        double terms = 0;
        double zTerms = 0;
        for (int n = 0; n < 2; n++) {
            DecimalRow row = row(logits[n], options);
            BigDecimal[] target = target(targets, n, weights, options.labelSmoothing(), x.length);
            BigDecimal lambda = Decimal.of(options.zLoss());
            BigDecimal ofZ = Decimal.times(lambda, row.lse().pow(2));
            BigDecimal plain = plainLoss(row, target);
            double size = checkRow(actual.rows()[n], row, plain, ofZ, target, what);
            BigDecimal ofLse =
                    Decimal.over(divisor, rows).multiply(BigDecimal.valueOf(2)).multiply(lambda);
            checkGradient(
                    actual.rows()[n],
                    logits[n],
                    row,
                    target,
                    ofLse,
                    Decimal.over(Decimal.of(g), divisor),
                    options,
                    what);
            loss = plain == null || loss == null ? null : loss.add(plain);
            zLoss = zLoss.add(ofZ);
            terms += size;
            zTerms += ofZ.doubleValue()
                    * (1 + 2 * size(row) / Math.max(1e-300, row.lse().abs().doubleValue()));
        }
        if (loss == null) {
            return; // infinite, or the difference of two that are
        }
        BigDecimal ofZ = Decimal.over(zLoss, rows);
        BigDecimal all = Decimal.over(loss, divisor).add(ofZ);
        assertNear(ofZ, actual.zLoss(), zTerms / rows.doubleValue(), what + ", z-loss");
        assertNear(all, actual.loss(), terms / divisor.doubleValue() + zTerms / rows.doubleValue(), what + ", loss");
    }

    /** Returns the size of the loss's terms without z-loss. */
    private double checkRow(
            CrossEntropyReference.Row actual,
            DecimalRow row,
            BigDecimal plain,
            BigDecimal zLoss,
            BigDecimal[] target,
            String what) {
        double size = size(row);
        assertNearest(row.lse(), actual.lse(), size, what + ", lse");
        assertNearest(row.entropy(), actual.entropy(), row.entropy().doubleValue() + size * 1e-3, what + ", entropy");
        double terms = 0;
        if (plain == null) {
            assertEquals(false, Double.isFinite(actual.plainLoss()), what);
        } else {
            for (int j = 0; j < target.length; j++) {
                terms += target[j].signum() == 0
                        ? 0
                        : target[j].multiply(row.logP(j)).abs().doubleValue();
            }
            assertNearest(plain, actual.plainLoss(), terms, what + ", loss of a row");
            assertNear(plain.add(zLoss), actual.loss(), terms + zLoss.doubleValue(), what + ", with z-loss");
        }
        double zTerms = zLoss.doubleValue()
                * (1 + 2 * size / Math.max(1e-300, row.lse().abs().doubleValue()));
        assertNearest(zLoss, actual.zLoss(), zTerms, what + ", z-loss of a row");
        return terms;
    }

    private static void checkGradient(
            CrossEntropyReference.Row actual,
            double[] x,
            DecimalRow row,
            BigDecimal[] target,
            BigDecimal ofLse,
            BigDecimal factor,
            CrossEntropyOptions options,
            String what) {
        BigDecimal ofP = Decimal.times(ofLse, row.lse());
        double sizeOfP = ofLse.abs().doubleValue() * size(row);
        for (BigDecimal each : target) {
            ofP = ofP.add(each);
            sizeOfP += each.abs().doubleValue();
        }
        for (int j = 0; j < x.length; j++) {
            BigDecimal slope = Decimal.times(slope(x[j], options), factor);
            BigDecimal exact = Decimal.times(Decimal.times(row.p[j], ofP).subtract(target[j]), slope);
            double terms = row.p[j].doubleValue() * sizeOfP + target[j].abs().doubleValue();
            double subnormal = 1e-305 * sizeOfP; // a p below 1e-308 has lost digits
            double size = (terms + subnormal) * slope.abs().doubleValue();
            assertNearest(exact, actual.gradient()[j], size, what + ", gradient " + j);
        }
    }

    /** Of what an lse is made of. */
    private static double size(DecimalRow row) {
        return row.max.abs().add(row.logSum).doubleValue();
    }

    /** sum_j T_j (log S - t_j); null where that is not finite. */
    private static BigDecimal plainLoss(DecimalRow row, BigDecimal[] target) {
        BigDecimal sum = BigDecimal.ZERO;
        for (int j = 0; j < target.length; j++) {
            if (target[j].signum() != 0 && row.logP(j) == null) {
                return null;
            }
            sum = target[j].signum() == 0 ? sum : sum.subtract(target[j].multiply(row.logP(j)));
        }
        return sum;
    }

    private static BigDecimal divisor(Targets targets, double[] weights) {
        BigDecimal sum = BigDecimal.ZERO;
        for (int n = 0; n < 2; n++) {
            boolean one = weights == null || targets.labels() == null;
            sum = sum.add(one ? BigDecimal.ONE : Decimal.of(weights[(int) targets.labels()[n]]));
        }
        return sum;
    }

    private static BigDecimal[] target(Targets targets, int n, double[] weights, double smoothing, int classes) {
        BigDecimal[] target = new BigDecimal[classes];
        for (int j = 0; j < classes; j++) {
            double q = targets.labels() == null ? targets.probabilities()[n][j] : targets.labels()[n] == j ? 1 : 0;
            BigDecimal smoothed = BigDecimal.ONE
                    .subtract(Decimal.of(smoothing))
                    .multiply(Decimal.of(q))
                    .add(Decimal.over(Decimal.of(smoothing), BigDecimal.valueOf(classes)));
            target[j] = weights == null ? smoothed : smoothed.multiply(Decimal.of(weights[j]));
        }
        return target;
    }

    private static DecimalRow row(double[] x, CrossEntropyOptions options) {
        BigDecimal scale = Decimal.of(options.logitScale());
        if (options.softCap().isEmpty()) {
            return new DecimalRow(x, scale::multiply, null);
        }
        BigDecimal cap = Decimal.of(options.softCap().getAsDouble());
        UnaryOperator<BigDecimal> capped =
                value -> cap.multiply(Decimal.tanh(Decimal.over(scale.multiply(value), cap)));
        return new DecimalRow(x, capped, cap.negate());
    }

    /** a (1 - tanh^2): by its own formula, as digits run out of 1 - tanh^2. */
    private static BigDecimal slope(double x, CrossEntropyOptions options) {
        BigDecimal scale = Decimal.of(options.logitScale());
        if (options.softCap().isEmpty()) {
            return scale;
        }
        if (Double.isInfinite(x)) {
            return BigDecimal.ZERO;
        }
        BigDecimal inner = Decimal.over(
                scale.multiply(Decimal.of(x)), Decimal.of(options.softCap().getAsDouble()));
        BigDecimal power = Decimal.exp(inner.abs().multiply(BigDecimal.valueOf(-2)));
        BigDecimal onePlus = power.add(BigDecimal.ONE);
        return Decimal.over(scale.multiply(power).multiply(BigDecimal.valueOf(4)), onePlus.multiply(onePlus));
    }

    private double[] weights(int classes) {
        double[] weights = new double[classes];
        for (int j = 0; j < classes; j++) {
            weights[j] = Math.pow(10, 60 * random.nextDouble() - 30);
        }
        return weights;
    }
}
