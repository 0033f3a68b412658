package io.github.logitops.reference;

import static io.github.logitops.reference.HardRows.assertNear;
import static io.github.logitops.reference.HardRows.assertNearest;

import io.github.logitops.spec.DistillationOptions;
import io.github.logitops.spec.Divergence;
import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.TemperatureFactor;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Distillation against its plain definition in a hundred digits, where nothing that cancels does harm. */
@Execution(ExecutionMode.CONCURRENT)
class DistillationInDecimalsTest {
    private static final double[] OFFSETS = {0, 1e3, -1e4, 1e6, -1e9};
    private static final int DRAWS = 40;

    private final Random random = new Random(320);

    @ParameterizedTest
    @ValueSource(doubles = {0, 1, 0.5, 0.1, 1e-12})
    void everyDivergence(double beta) {
        for (double offset : OFFSETS) {
            for (int i = 0; i < DRAWS; i++) {
                double[] student = HardRows.draw(offset, random);
                double[] teacher = Arrays.copyOf(HardRows.draw(0, random), student.length);
                for (int j = 0; j < student.length; j++) { // -inf in the same places: no divergence is infinite
                    teacher[j] = Double.isInfinite(student[j])
                            ? student[j]
                            : Double.isInfinite(teacher[j]) ? -offset : teacher[j] - offset;
                }
                check(student, teacher, beta);
            }
        }
    }

    /** A teacher that differs from the student by little: what is left of the divergence is far below its plain terms. */
    @Test
    void nearlyEqual() {
        for (double beta : new double[] {0, 1, 0.3}) {
            for (int i = 0; i < DRAWS; i++) {
                double[] student = HardRows.gaussians(7, random);
                double away = HardRows.draw(random, 1e-3, 1e-6, 1e-12);
                double[] teacher = Arrays.stream(student)
                        .map(x -> x + away * random.nextGaussian())
                        .toArray();
                check(student, teacher, beta);
            }
        }
    }

    private void check(double[] student, double[] teacher, double beta) {
        double temperature = HardRows.draw(random, 1, 3, 0.7, 1e3);
        DistillationOptions options = DistillationOptions.defaults()
                .withDivergence(new Divergence(beta))
                .withTemperature(temperature, random.nextBoolean() ? TemperatureFactor.ONE : TemperatureFactor.SQUARED)
                .withHardWeight(HardRows.draw(random, 0, 0.3, 1))
                .withReduction(Reduction.SUM);
        int label = Double.isInfinite(student[student.length - 1]) ? 0 : student.length - 1;
        double g = HardRows.draw(random, 1, -3.7);
        DistillationReference actual = DistillationReference.of(
                new double[][] {student}, new double[][] {teacher}, new long[] {label}, options, new double[] {g});
        String what = options + ", " + Arrays.toString(student) + ", " + Arrays.toString(teacher);
        DecimalRow plain = new DecimalRow(student);
        SoftLoss soft = SoftLoss.of(student, teacher, beta, temperature);
        checkLoss(soft, plain, label, options, actual, what);
        checkGradient(soft, plain, label, options, g, actual, what);
    }

    /** The divergence of a row and what it is made of, which the gradient is made of, too. */
    private record SoftLoss(
            double beta, DecimalRow p, DecimalRow q, BigDecimal[] logM, BigDecimal fromP, BigDecimal fromQ) {
        static SoftLoss of(double[] student, double[] teacher, double beta, double temperature) {
            UnaryOperator<BigDecimal> over = x -> Decimal.over(x, Decimal.of(temperature));
            DecimalRow q = new DecimalRow(
                    student, x -> over.apply(x.subtract(Decimal.of(SoftmaxReference.max(student)))), null);
            DecimalRow p = new DecimalRow(
                    teacher, x -> over.apply(x.subtract(Decimal.of(SoftmaxReference.max(teacher)))), null);
            BigDecimal[] logM = new BigDecimal[student.length];
            BigDecimal fromP = BigDecimal.ZERO;
            BigDecimal fromQ = BigDecimal.ZERO;
            for (int j = 0; j < student.length; j++) {
                if (q.distances[j] != null) {
                    logM[j] = logMixture(beta, p, q, j);
                    fromP = fromP.add(Decimal.times(p.p[j], p.logP(j).subtract(logM[j])));
                    fromQ = fromQ.add(Decimal.times(q.p[j], q.logP(j).subtract(logM[j])));
                }
            }
            return new SoftLoss(beta, p, q, logM, fromP, fromQ);
        }

        BigDecimal divergence() {
            BigDecimal b = Decimal.of(beta);
            return beta == 0 ? fromP : beta == 1 ? fromQ : b.multiply(fromP).add(ofQ().multiply(fromQ));
        }

        BigDecimal ofQ() {
            return BigDecimal.ONE.subtract(Decimal.of(beta));
        }
    }

    private static void checkLoss(
            SoftLoss soft,
            DecimalRow plain,
            int label,
            DistillationOptions options,
            DistillationReference actual,
            String what) {
        BigDecimal ofSoft = Decimal.of(options.softWeight()).multiply(soft.divergence());
        BigDecimal hard = Decimal.of(options.hardWeight());
        BigDecimal loss = ofSoft.subtract(hard.multiply(plain.logP(label)));
        double square =
                1e-31 * options.softWeight(); // of what d is off by, which is all that a sum of tails feels of it
        double terms = square
                + ofSoft.doubleValue()
                + hard.multiply(plain.logSum.subtract(plain.distances[label])).doubleValue();
        assertNear(loss, actual.loss(), terms, what + ", loss");
        assertNear(loss, actual.rows()[0].loss(), terms, what + ", loss of the row");
    }

    private static void checkGradient(
            SoftLoss soft,
            DecimalRow plain,
            int label,
            DistillationOptions options,
            double g,
            DistillationReference actual,
            String what) {
        DecimalRow p = soft.p;
        DecimalRow q = soft.q;
        BigDecimal weight = Decimal.over(Decimal.of(options.softWeight()), Decimal.of(options.temperature()));
        BigDecimal hard = Decimal.of(options.hardWeight());
        for (int j = 0; j < q.p.length; j++) {
            BigDecimal slope = BigDecimal.ZERO;
            double size = q.p[j].doubleValue() + p.p[j].doubleValue();
            if (soft.beta == 0) {
                slope = q.p[j].subtract(p.p[j]);
            } else if (q.distances[j] != null) {
                BigDecimal ratio = q.logP(j).subtract(soft.logM[j]);
                slope = Decimal.times(q.p[j], ratio.subtract(soft.fromQ))
                        .multiply(soft.beta == 1 ? BigDecimal.ONE : soft.ofQ());
                size = q.p[j].doubleValue() * (1 + ratio.abs().doubleValue() + soft.fromQ.doubleValue());
            }
            BigDecimal ofHard = plain.p[j].subtract(j == label ? BigDecimal.ONE : BigDecimal.ZERO);
            BigDecimal exact = weight.multiply(slope).add(hard.multiply(ofHard)).multiply(Decimal.of(g));
            double ofTerms = weight.doubleValue() * size
                    + hard.doubleValue() * (plain.p[j].doubleValue() + (j == label ? 1 : 0));
            assertNearest(exact, actual.rows()[0].gradient()[j], Math.abs(g) * ofTerms, what + ", gradient " + j);
        }
    }

    private static BigDecimal logMixture(double beta, DecimalRow p, DecimalRow q, int j) {
        if (beta == 0 || beta == 1) {
            return (beta == 0 ? q : p).logP(j);
        }
        BigDecimal b = Decimal.of(beta);
        BigDecimal more = Decimal.times(b, p.p[j]);
        return Decimal.log(more.add(Decimal.times(BigDecimal.ONE.subtract(b), q.p[j])));
    }
}
