package io.github.logitops.contract;

import static io.github.logitops.contract.SoftmaxContract.assertMessage;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.CrossEntropy;
import io.github.logitops.CrossEntropyResult;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.Shape;
import io.github.logitops.support.Bench;
import io.github.logitops.support.OnEachRig;
import io.github.logitops.support.Rig;
import io.github.logitops.support.RigKind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What cross entropy says of calls that it refuses, by its whole message. {@link LabelErrorTest} has the bad labels. */
@OnEachRig
class CrossEntropyMistakesTest {
    private static final String FORWARD = "crossEntropy.forward: ";
    private static final String BOTH = "crossEntropy.forwardBackward: ";

    private final Rig rig;

    private Bench bench;
    private Stream s;
    private CrossEntropy mean;
    private Tensor x;
    private Tensor labels;
    private Tensor weights;

    CrossEntropyMistakesTest(RigKind kind) {
        rig = kind.rig();
    }

    @BeforeEach
    void open() { // not in the constructor, which no test has to itself on a GPU
        bench = new Bench(rig);
        s = bench.stream();
        mean = bench.ops().crossEntropy(CrossEntropyOptions.defaults());
        x = bench.empty(DType.BF16, 4, 10);
        labels = bench.labels(DType.I32, Shape.of(4), 0, 0, 0, 0);
        weights = bench.empty(DType.F32, 10);
    }

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void tensorsOfOtherShapesAndDTypes() {
        assertMessage(FORWARD + "logits must be floating-point: logits=I32[4]", () -> mean.forward(labels, labels, s));
        assertMessage(
                FORWARD + "logits and targets must have one shape: logits=[4, 10], targets=[10]",
                () -> mean.forward(x, weights, s));
        assertMessage(
                FORWARD + "logits and targets must have one dtype: logits=BF16, targets=F32",
                () -> mean.forward(x, bench.empty(DType.F32, 4, 10), s));
        assertMessage(
                FORWARD + "labels must be I32[4] without padding: labels=I32[5]",
                () -> mean.forward(x, bench.empty(DType.I32, 5), s));
        assertMessage(
                FORWARD + "weights must be F32[10] without padding: weights=BF16[10]",
                () -> mean.forward(x, labels, bench.empty(DType.BF16, 10), s));
        assertMessage(
                BOTH + "logits and gradient must have one dtype: logits=BF16, gradient=F32",
                () -> mean.forwardBackward(x, labels, bench.empty(DType.F32, 4, 10), s));
    }

    @Test
    void shapesAndArraysOfOtherLengths() {
        assertMessage(
                "crossEntropy: an axis has 1 to 2^31-1 elements: axis=-1, logits=[4, 0]",
                () -> mean.newResult(DType.F32, Shape.of(4, 0), s));
        assertMessage(
                FORWARD + "weights must hold each element once: elements=1, shape=[2]",
                () -> mean.forward(new float[2], new int[1], new float[1], Shape.of(1, 2)));
        assertMessage(
                BOTH + "there must be a label for each row: labels=1, rows=[2]",
                () -> mean.forwardBackward(new float[4], new int[1], Shape.of(2, 2)));
    }

    @Test
    void resultsThatDoNotFit() {
        Tensor factors = bench.empty(DType.F32, 4);
        try (CrossEntropyResult result = mean.newResult(DType.BF16, Shape.of(4, 10), s);
                CrossEntropyResult other = mean.newResult(DType.BF16, Shape.of(5, 10), s)) {
            assertMessage(
                    BOTH + "gradScale per row needs reduction NONE: reduction=MEAN",
                    () -> mean.forwardBackward(x, labels, null, GradScale.perRow(factors), x, result, s));
            assertMessage(
                    "crossEntropy.backward: the result was made for other logits: result=F32[5], rows=F32[4]",
                    () -> mean.backward(x, labels, null, other, x, s));
        }
        try (CrossEntropyResult result = mean.newResult(DType.BF16, Shape.of(4, 10), s)) {
            assertEquals(
                    "crossEntropy.backward: no op has filled the result: result=" + result.lse(),
                    assertThrows(IllegalStateException.class, () -> mean.backward(x, labels, null, result, x, s))
                            .getMessage());
            CrossEntropyOptions sum = mean.options().withReduction(Reduction.SUM);
            assertMessage(
                    FORWARD + "the result was made for another cross entropy: made for classes=10, " + mean.options()
                            + ", used with classes=10, " + sum,
                    () -> bench.ops().crossEntropy(sum).forward(x, labels, null, result, s));
            Tensor overLse = bench.keep(bench.ops().wrap(result.lse().address(), DType.I32, Shape.of(4)));
            assertTrue(assertThrows(IllegalArgumentException.class, () -> mean.forward(x, overLse, null, result, s))
                    .getMessage()
                    .startsWith(FORWARD + "result.lse must not overlap labels: "));
        }
    }

    @Test
    void tensorsThatOverlap() {
        CrossEntropy none = bench.ops().crossEntropy(mean.options().withReduction(Reduction.NONE));
        try (CrossEntropyResult result = none.newResult(DType.BF16, Shape.of(4, 10), s)) {
            GradScale theirs = GradScale.perRow(result.rowLosses());
            assertTrue(assertThrows(
                            IllegalArgumentException.class,
                            () -> none.forwardBackward(x, labels, null, theirs, x, result, s))
                    .getMessage()
                    .startsWith(BOTH + "result.rowLosses must not overlap gradScale: "));
            Tensor overGradient = bench.keep(bench.ops().wrap(x.address(), DType.F32, Shape.of(4)));
            GradScale over = GradScale.perRow(overGradient);
            assertTrue(assertThrows(
                            IllegalArgumentException.class,
                            () -> none.forwardBackward(x, labels, null, over, x, result, s))
                    .getMessage()
                    .startsWith(BOTH + "gradient must not overlap gradScale: "));
            Tensor labelsOver = bench.keep(bench.ops().wrap(x.address(), DType.I32, Shape.of(4)));
            assertTrue(assertThrows(IllegalArgumentException.class, () -> none.forwardBackward(x, labelsOver, x, s))
                    .getMessage()
                    .startsWith(BOTH + "gradient must not overlap labels: "));
        }
        Tensor overWeights = bench.keep(bench.ops().wrap(weights.address(), DType.BF16, Shape.of(1, 10)));
        Tensor one = bench.empty(DType.BF16, 1, 10);
        Tensor oneLabel = bench.labels(DType.I32, Shape.of(1), 0);
        IllegalArgumentException overlap = assertThrows(
                IllegalArgumentException.class, () -> mean.forwardBackward(one, oneLabel, weights, overWeights, s));
        assertTrue(overlap.getMessage().startsWith(BOTH + "gradient must not overlap weights: "));
    }
}
