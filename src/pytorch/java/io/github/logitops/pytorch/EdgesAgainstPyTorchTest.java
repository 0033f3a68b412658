package io.github.logitops.pytorch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.EngineException;
import io.github.logitops.Backend;
import io.github.logitops.CrossEntropyGradient;
import io.github.logitops.LogitOps;
import io.github.logitops.memory.GradScale;
import io.github.logitops.pytorch.TorchExpression.Outcome;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.DistillationOptions;
import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.Shape;
import io.github.logitops.spec.SigmoidCrossEntropyOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The edges that docs/comparison.md lists: where LogitOps is as PyTorch, and where it is not, what each gives. In F64, whose
 * results are then a few units in the last place apart.
 */
class EdgesAgainstPyTorchTest {
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final double NAN = Double.NaN;
    private static final double CLOSE = 1e-14;
    private static final CrossEntropyOptions MEAN = CrossEntropyOptions.defaults();
    private static final CrossEntropyOptions NONE = MEAN.withReduction(Reduction.NONE);

    private LogitOps ops;

    @BeforeEach
    void open() {
        ops = LogitOps.open(Backend.CPU);
    }

    @AfterEach
    void close() {
        ops.close();
    }

    /** PyTorch's cross entropy of rows. */
    private static Outcome torch(
            double[] x, long[] labels, double[] weights, CrossEntropyOptions options, double... upstream) {
        Shape rows = Shape.of(labels.length);
        String reduction = options.reduction() == Reduction.NONE ? "0" : "1";
        return TorchExpression.of(DType.F64)
                .with("x", Shape.of(labels.length, x.length / labels.length), x)
                .labels("y", rows, labels)
                .with("w", Shape.of(weights.length), weights)
                .evaluate(
                        "torch.cross_entropy_loss(x, y, w, " + reduction + ", -100, " + options.labelSmoothing() + ")",
                        upstream);
    }

    private CrossEntropyGradient<double[]> ours(
            double[] x, int[] labels, double[] weights, CrossEntropyOptions options) {
        Shape shape = Shape.of(labels.length, x.length / labels.length);
        return ops.crossEntropy(options).forwardBackward(x, labels, weights, GradScale.ONE, shape);
    }

    @Test
    void sameWhereNothingIsCounted() {
        Outcome torch = torch(new double[] {1, 2}, new long[] {-100}, new double[] {1, 1}, MEAN, 1);
        var ours = ours(new double[] {1, 2}, new int[] {-100}, new double[] {1, 1}, MEAN);
        assertEquals(NAN, torch.value()[0]);
        assertEquals(NAN, ours.loss());
        assertArrayEquals(new double[2], torch.gradient());
        assertArrayEquals(new double[2], ours.gradient());
    }

    @Test
    void sameWhereTheWeightsOfWhatIsCountedSumToZero() {
        Outcome torch = torch(new double[] {1, 2}, new long[] {0}, new double[] {0, 1}, MEAN, 1);
        var ours = ours(new double[] {1, 2}, new int[] {0}, new double[] {0, 1}, MEAN);
        assertEquals(NAN, torch.value()[0]);
        assertEquals(NAN, ours.loss());
        assertArrayEquals(new double[] {NAN, NAN}, torch.gradient());
        assertArrayEquals(new double[] {NAN, NAN}, ours.gradient());
    }

    /** It forms (1 - t) x, which is 0 times infinity. */
    @Test
    void differsWhereALogitWithTheTarget1IsInfinite() {
        Outcome torch = TorchExpression.of(DType.F64)
                .with("x", Shape.of(2), INF, -INF)
                .with("t", Shape.of(2), 1, 1)
                .evaluate("torch.binary_cross_entropy_with_logits(x, t, None, None, 0)", 1, 1);
        var ours = ops.sigmoidCrossEntropy(SigmoidCrossEntropyOptions.defaults().withReduction(Reduction.NONE))
                .forwardBackward(new double[] {INF, -INF}, new double[] {1, 1}, null, null, GradScale.ONE, Shape.of(2));
        assertArrayEquals(new double[] {NAN, NAN}, torch.value());
        assertArrayEquals(new double[] {0, INF}, ours.elementLosses());
        assertArrayEquals(new double[] {0, -1}, torch.gradient());
        assertArrayEquals(new double[] {0, -1}, ours.gradient());
    }

    @Test
    void sameWhereTheLabelIsAtMinusInfinity() {
        double[] x = {0, -INF, 0};
        Outcome torch = torch(x, new long[] {1}, new double[] {1, 1, 1}, NONE, 1);
        var ours = ours(x, new int[] {1}, new double[] {1, 1, 1}, NONE);
        assertArrayEquals(new double[] {INF}, torch.value());
        assertArrayEquals(new double[] {INF}, ours.rowLosses());
        assertArrayEquals(new double[] {0.5, -1, 0.5}, torch.gradient(), CLOSE);
        assertArrayEquals(new double[] {0.5, -1, 0.5}, ours.gradient(), CLOSE);
    }

    @Test
    void sameWhereSmoothingMeetsMinusInfinity() {
        double[] x = {0, -INF, 0};
        CrossEntropyOptions smoothed = NONE.withLabelSmoothing(0.3);
        Outcome torch = torch(x, new long[] {0}, new double[] {1, 1, 1}, smoothed, 1);
        var ours = ours(x, new int[] {0}, new double[] {1, 1, 1}, smoothed);
        assertArrayEquals(new double[] {INF}, torch.value());
        assertArrayEquals(new double[] {INF}, ours.rowLosses());
        assertArrayEquals(new double[] {0.5 - 0.8, -0.1, 0.5 - 0.1}, torch.gradient(), CLOSE);
        assertArrayEquals(new double[] {0.5 - 0.8, -0.1, 0.5 - 0.1}, ours.gradient(), CLOSE);
    }

    @Test
    void sameOfRowsOfNothingButMinusInfinityAndRowsWithPlusInfinity() {
        for (double[] x : new double[][] {{-INF, -INF}, {0, INF}, {0, NAN}}) {
            Outcome torch =
                    TorchExpression.of(DType.F64).with("x", Shape.of(2), x).evaluate("torch.softmax(x, 0)", 1, 2);
            assertArrayEquals(new double[] {NAN, NAN}, torch.value());
            assertArrayEquals(new double[] {NAN, NAN}, ops.softmax().forward(x, Shape.of(2)));
        }
    }

    @Test
    void anIgnoredRowIsNotReadHereAndNanInItIsInPyTorchsGradient() {
        double[] x = {NAN, 1};
        Outcome torch = torch(x, new long[] {-100}, new double[] {1, 1}, NONE, 1);
        var ours = ours(x, new int[] {-100}, new double[] {1, 1}, NONE);
        assertArrayEquals(new double[] {0}, torch.value());
        assertArrayEquals(new double[] {0}, ours.rowLosses());
        assertArrayEquals(new double[] {NAN, NAN}, torch.gradient());
        assertArrayEquals(new double[2], ours.gradient());
    }

    @Test
    void aTargetOfZeroAtMinusInfinityAddsNothingHereAndNanInPyTorch() {
        double[] x = {0, -INF, 0};
        double[] q = {0.5, 0, 0.5};
        Outcome torch = TorchExpression.of(DType.F64)
                .with("x", Shape.of(1, 3), x)
                .with("y", Shape.of(1, 3), q)
                .evaluate("torch.cross_entropy_loss(x, y, None, 1, -100, 0.)", 1);
        var ours = ops.crossEntropy(MEAN).forwardBackward(x, q, null, GradScale.ONE, Shape.of(1, 3));
        assertEquals(NAN, torch.value()[0]);
        assertEquals(Math.log(2), ours.loss(), CLOSE);
        assertEquals(0, ours.gradient()[1]);
    }

    @Test
    void aLabelOutOfRangeIsAnExceptionInBoth() {
        double[] x = {1, 2};
        EngineException torch =
                assertThrows(EngineException.class, () -> torch(x, new long[] {2}, new double[] {1, 1}, MEAN, 1));
        assertTrue(torch.getMessage().contains("Target 2 is out of bounds"), torch.getMessage());
        IllegalArgumentException ours =
                assertThrows(IllegalArgumentException.class, () -> ours(x, new int[] {2}, new double[] {1, 1}, MEAN));
        assertEquals(
                "crossEntropy: label out of range: row=0, label=2, classes=2, ignoreIndex=-100", ours.getMessage());
    }

    @Test
    void sameLogSumExpOfNothingButMinusInfinity() {
        double[] x = {-INF, -INF};
        Outcome torch = logSumExp(x);
        assertArrayEquals(new double[] {-INF}, torch.value());
        assertArrayEquals(new double[] {-INF}, ops.logSumExp().forward(x, Shape.of(2)));
        assertArrayEquals(new double[] {NAN, NAN}, torch.gradient());
        assertArrayEquals(new double[] {NAN, NAN}, ops.logSumExp().backward(x, new double[] {1}, Shape.of(2)));
    }

    @Test
    void plusInfinityMakesTheWholeGradientOfLogSumExpNanHereAndItsOwnInPyTorch() {
        double[] x = {0, INF};
        Outcome torch = logSumExp(x);
        assertArrayEquals(new double[] {INF}, torch.value());
        assertArrayEquals(new double[] {INF}, ops.logSumExp().forward(x, Shape.of(2)));
        assertArrayEquals(new double[] {0, NAN}, torch.gradient());
        assertArrayEquals(new double[] {NAN, NAN}, ops.logSumExp().backward(x, new double[] {1}, Shape.of(2)));
    }

    private static Outcome logSumExp(double... x) {
        return TorchExpression.of(DType.F64).with("x", Shape.of(x.length), x).evaluate("torch.logsumexp(x, [0])", 1);
    }

    @Test
    void aRowThatIsAllHiddenIsZerosHereAndNanInTorchSoftmax() {
        double[] x = {1, 2};
        boolean[] hidden = {true, true};
        String z = "torch.masked_fill(x, hidden, -inf)";
        TorchExpression masked =
                TorchExpression.of(DType.F64).with("x", Shape.of(2), x).mask("hidden", Shape.of(2), hidden);
        assertArrayEquals(
                new double[] {NAN, NAN},
                masked.evaluate("torch.softmax(" + z + ", 0)", 1, 2).value());
        Outcome safe = masked.evaluate("torch._safe_softmax(" + z + ", 0)", 1, 2);
        assertArrayEquals(new double[2], safe.value());
        double[] ours = ops.maskedSoftmax().forward(x, Shape.of(2), new boolean[2], Shape.of(2));
        assertArrayEquals(new double[2], ours);
    }

    @Test
    void aTeachersZeroAddsNothingHereAndNeedsXlogyInPyTorch() {
        double[] student = {0, 0, 0};
        double[] teacher = {0, -INF, 0};
        TorchExpression both =
                TorchExpression.of(DType.F64).with("x", Shape.of(1, 3), student).with("t", Shape.of(1, 3), teacher);
        String kl = "torch.sum(torch.kl_div(torch.log_softmax(x, 1), torch.%s(t, 1), 0, log_target=%s))";
        assertEquals(NAN, both.evaluate(kl.formatted("log_softmax", "True"), 1).value()[0]);
        assertEquals(
                Math.log(1.5),
                both.evaluate(kl.formatted("softmax", "False"), 1).value()[0],
                CLOSE);
        var ours = ops.distillation(DistillationOptions.defaults()).forward(student, teacher, Shape.of(1, 3));
        assertEquals(Math.log(1.5), ours.loss(), CLOSE);
    }

    @Test
    void sameOfABatchOfNothing() {
        TorchExpression nothing =
                TorchExpression.of(DType.F64).with("x", Shape.of(0, 3)).labels("y", Shape.of(0));
        for (Reduction reduction : new Reduction[] {Reduction.MEAN, Reduction.SUM}) {
            int code = reduction == Reduction.MEAN ? 1 : 2;
            double expected = reduction == Reduction.MEAN ? NAN : 0;
            Outcome torch = nothing.evaluate("torch.cross_entropy_loss(x, y, None, " + code + ", -100, 0.)", 1);
            assertEquals(expected, torch.value()[0]);
            var ours =
                    ops.crossEntropy(MEAN.withReduction(reduction)).forward(new double[0], new int[0], Shape.of(0, 3));
            assertEquals(expected, ours.loss());
        }
    }
}
