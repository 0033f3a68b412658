package io.github.logitops.reference;

import static io.github.logitops.reference.HardRows.assertNearest;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Softmax, log-softmax and what is one number for each row, with their gradients, against a hundred digits on hard rows. */
@Execution(ExecutionMode.CONCURRENT)
class SoftmaxInDecimalsTest {
    private static final int EACH = 30;

    private interface Check {
        void row(double[] x, DecimalRow exact, Random random, String what);
    }

    private static void onHardRows(long seed, Check check) {
        Random random = new Random(seed);
        for (double offset : HardRows.OFFSETS) {
            for (int i = 0; i < EACH; i++) {
                double[] x = HardRows.draw(offset, random);
                check.row(x, new DecimalRow(x), random, "offset " + offset + ", row " + i);
            }
        }
    }

    @Test
    void forward() {
        onHardRows(300, (x, exact, random, what) -> {
            double[] y = SoftmaxReference.softmax(x);
            double[] masked = SoftmaxReference.maskedSoftmax(x);
            double[] logY = SoftmaxReference.logSoftmax(x);
            for (int j = 0; j < x.length; j++) {
                assertNearest(exact.p[j], y[j], exact.p[j].doubleValue(), what);
                assertEquals(y[j], masked[j]);
                if (exact.logP(j) == null) {
                    assertEquals(Double.NEGATIVE_INFINITY, logY[j]);
                } else {
                    double terms = exact.logSum.subtract(exact.distances[j]).doubleValue();
                    assertNearest(exact.logP(j), logY[j], terms, what);
                    assertNearest(exact.logP(j), LogProbReference.selectedLogProb(x, j), terms, what);
                }
            }
            double terms = exact.max.abs().add(exact.logSum).doubleValue();
            assertNearest(exact.lse(), SoftmaxReference.logSumExp(x), terms, what);
            assertNearest(
                    exact.entropy(),
                    LogProbReference.entropy(x),
                    exact.entropy().doubleValue(),
                    what);
        });
    }

    @Test
    void gradients() {
        onHardRows(301, (x, exact, random, what) -> {
            double g = HardRows.draw(random, 1, -3.7, 1e10, 1 / 3.0);
            BigDecimal factor = Decimal.of(g);
            int label = random.nextInt(x.length);
            double[] ofLse = LogProbReference.logSumExpBackward(x, g);
            double[] ofSelected = LogProbReference.selectedLogProbBackward(x, label, g);
            double[] ofEntropy = LogProbReference.entropyBackward(x, g);
            BigDecimal mean = exact.meanDistance();
            for (int j = 0; j < x.length; j++) {
                BigDecimal p = exact.p[j];
                double size = Math.abs(g) * p.doubleValue();
                assertNearest(p.multiply(factor), ofLse[j], size, what);
                BigDecimal apart = (j == label ? BigDecimal.ONE : BigDecimal.ZERO).subtract(p);
                assertNearest(apart.multiply(factor), ofSelected[j], size + Math.abs(g), what);
                if (exact.distances[j] == null) {
                    assertEquals(0, ofEntropy[j]);
                } else {
                    BigDecimal above = exact.distances[j].add(mean); // log p_j + H
                    double terms = size * (mean.doubleValue() - exact.distances[j].doubleValue() + 1);
                    assertNearest(p.multiply(above).multiply(factor).negate(), ofEntropy[j], terms, what);
                }
            }
        });
    }

    /** From doubles as they are: outputs of another dtype are no softmax of anything. */
    @Test
    void backwardOfOutputs() {
        onHardRows(302, (x, row, random, what) -> {
            double g = HardRows.draw(random, 1, -3.7, 1e10);
            double[] y = SoftmaxReference.softmax(x);
            double[] logY = SoftmaxReference.logSoftmax(x);
            double[] dy = HardRows.gaussians(x.length, random);
            BigDecimal dot = BigDecimal.ZERO;
            BigDecimal sum = BigDecimal.ZERO;
            double dotSize = 0;
            double sumSize = 0;
            for (int j = 0; j < x.length; j++) {
                dot = dot.add(Decimal.of(y[j]).multiply(Decimal.of(dy[j])));
                sum = sum.add(Decimal.of(dy[j]));
                dotSize += Math.abs(y[j] * dy[j]);
                sumSize += Math.abs(dy[j]);
            }
            double[] dx = SoftmaxReference.softmaxBackward(y, dy, g);
            double[] logDx = SoftmaxReference.logSoftmaxBackward(logY, dy, g);
            for (int j = 0; j < x.length; j++) {
                BigDecimal upstream = Decimal.of(dy[j]);
                BigDecimal exact =
                        Decimal.of(y[j]).multiply(upstream.subtract(dot)).multiply(Decimal.of(g));
                double terms = Math.abs(g) * y[j] * (Math.abs(dy[j]) + dotSize);
                assertNearest(exact, dx[j], terms, what);
                BigDecimal p = Double.isInfinite(logY[j]) ? BigDecimal.ZERO : Decimal.exp(Decimal.of(logY[j]));
                BigDecimal logExact = upstream.subtract(p.multiply(sum)).multiply(Decimal.of(g));
                double logTerms = Math.abs(g) * (Math.abs(dy[j]) + p.doubleValue() * sumSize);
                assertNearest(logExact, logDx[j], logTerms, what);
            }
        });
    }
}
