package io.github.logitops.contract;

import static io.github.logitops.contract.SoftmaxContract.assertMessage;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.CrossEntropy;
import io.github.logitops.CrossEntropyResult;
import io.github.logitops.CrossEntropyShard;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.CrossEntropyProblem;
import io.github.logitops.reference.CrossEntropyReference;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.RowOutput;
import io.github.logitops.spec.Shape;
import io.github.logitops.support.Bench;
import io.github.logitops.support.Data;
import io.github.logitops.support.DeviceRows;
import io.github.logitops.support.EachFloatingDType;
import io.github.logitops.support.Geometry;
import io.github.logitops.support.Near;
import io.github.logitops.support.OnEachRig;
import io.github.logitops.support.Rig;
import io.github.logitops.support.RigKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Cross entropy of classes split over shards equals that of all of them together; the shards take turns in one session. */
@OnEachRig
class CrossEntropyShardTest {
    private static final int ROWS = 5;
    private static final int COMBINATIONS = 30;
    private static final double INF = Double.POSITIVE_INFINITY;

    private final Rig rig;

    CrossEntropyShardTest(RigKind kind) {
        rig = kind.rig();
    }

    @EachFloatingDType
    void shardsGiveTheLossAndTheGradientOfTheWhole(DType dtype) {
        CrossEntropyDraw draw = new CrossEntropyDraw();
        Data data = new Data(70);
        int[][] splits = {{37}, {36, 1}, {1, 1, 35}, {12, 13, 12}, {1, 2, 3, 5, 7, 19}};
        for (int i = 0; i < COMBINATIONS; i++) {
            Geometry geometry = i % 2 == 0
                    ? Geometry.dense(ROWS, 37)
                    : Geometry.dense(37, ROWS).along(0);
            CrossEntropyCase drawn = draw.next(dtype, geometry, data.logits(ROWS, 37));
            check(drawn.options(drawn.options().withOutputs()), splits[i % splits.length]);
        }
    }

    @EachFloatingDType
    void aMeanUnderTinyWeightsKeepsItsDigitsBesideALargeZLoss(DType dtype) {
        CrossEntropyCase tiny = CrossEntropyCase.of(dtype, Geometry.dense(ROWS, 7), new Data(71).logits(ROWS, 7))
                .labels(DType.I32, 6, 0, 3, -100, 3)
                .weights(new Data(72).weights(7, 2e-5));
        check(tiny.options(CrossEntropyOptions.defaults().withZLoss(1e-2)), 3, 4);
    }

    @EachFloatingDType
    void aShardOfNothingButMinusInfinityAddsNothing(DType dtype) {
        double[][] logits = {
            {-INF, -INF, -300, -301},
            {-300, -INF, -INF, -INF},
            {-INF, -INF, -INF, -INF},
            {0, INF, 0, 0},
            {-1e4, Double.NaN, 1e4, 1e4}
        };
        CrossEntropyOptions none = CrossEntropyOptions.defaults().withReduction(Reduction.NONE);
        CrossEntropyCase edges = CrossEntropyCase.of(dtype, Geometry.dense(ROWS, 4), logits)
                .labels(DType.I32, 2, 0, 0, 0, 0)
                .options(none);
        check(edges, 2, 2);
        check(edges.labels(DType.I64, 0, 3, 1, 1, 1).options(none.withLabelSmoothing(0.1)), 1, 1, 1, 1);
    }

    @EachFloatingDType
    void logitsFarFromZeroLoseNothing(DType dtype) {
        CrossEntropyOptions none = CrossEntropyOptions.defaults().withReduction(Reduction.NONE);
        for (double offset : Data.offsets(dtype)) {
            CrossEntropyCase far = CrossEntropyCase.of(
                            dtype, Geometry.dense(ROWS, 7), new Data(73).logitsAbout(offset, dtype, ROWS, 7))
                    .labels(DType.I32, 6, 0, 3, -100, 3);
            check(far.options(none), 3, 4);
            check(far.options(none.withLabelSmoothing(0.1).withLogitScale(0.1)), 1, 5, 1);
        }
    }

    /** Two shards of two: p is a quarter, however far from 0. */
    @Test
    void theGradientOfEqualLogitsIsThatOfEqualLogits() {
        double[][] low = new double[ROWS][4];
        for (double[] row : low) {
            Arrays.fill(row, -1e9);
        }
        CrossEntropyCase quarters = CrossEntropyCase.of(DType.F32, Geometry.dense(ROWS, 4), low)
                .labels(DType.I32, 0, 1, 2, 3, 0)
                .options(CrossEntropyOptions.defaults().withReduction(Reduction.NONE));
        check(quarters, 2, 2);
    }

    private void check(CrossEntropyCase whole, int... columns) {
        int classes = whole.geometry().classes();
        double[][] rounded = SoftmaxContract.rounded(whole.dtype(), whole.logits());
        CrossEntropyReference exact = CrossEntropyReference.of(
                        rounded, whole.targets(), whole.weights(), whole.options(), whole.gradScale())
                .ofShards();
        try (Bench bench = new Bench(rig)) {
            Stream s = bench.stream();
            CrossEntropy loss =
                    bench.ops().crossEntropy(whole.options(), whole.geometry().specAxis());
            DType arithmetic = whole.dtype().arithmetic();
            Shape rows = whole.geometry().rowShape();
            Tensor gathered =
                    bench.keep(bench.ops().empty(arithmetic, CrossEntropyProblem.Partials.shape(rows, columns.length)));
            Tensor weights =
                    whole.weights() == null ? null : bench.vector(arithmetic, Shape.of(classes), whole.weights());
            List<Part> parts = parts(whole, bench, loss, columns);
            for (int i = 0; i < parts.size(); i++) {
                Shape one = CrossEntropyProblem.Partials.shape(rows);
                long address = gathered.address() + i * one.elements() * arithmetic.bytes();
                Tensor partials = bench.keep(bench.ops().wrap(address, arithmetic, one));
                Part part = parts.get(i);
                part.loss.forwardPartials(part.x.tensor(), part.targets, weights, partials, s);
            }
            for (Part part : parts) {
                try (CrossEntropyResult result = part.loss.newResult(whole.dtype(), part.geometry.shape(), s)) {
                    if (whole.labelType() == null) {
                        part.loss.combineProbabilities(gathered, result, s);
                    } else {
                        part.loss.combine(gathered, part.targets, weights, result, s);
                    }
                    whole.checkLosses("combine", result, exact, bench);
                    double[] lse = result.lse().downloadDoubles(s);
                    for (int n = 0; n < ROWS; n++) {
                        CrossEntropyReference.Row row = exact.rows()[n];
                        String what = "lse of " + n + ", " + whole;
                        Near.assertNear(arithmetic, row.lse(), lse[n], row.lseScale(), what);
                    }
                    GradScale scale = whole.scale(bench);
                    DeviceRows dx = bench.poisoned(whole.dtype(), part.geometry);
                    part.loss.backward(part.x.tensor(), part.targets, weights, result, scale, dx.tensor(), s);
                    part.loss.backward(part.x.tensor(), part.targets, weights, result, scale, part.x.tensor(), s);
                    assertArrayEquals(dx.read(), part.x.read(), "in place");
                    checkGradient(whole, part, dx.read(), exact);
                }
            }
        }
    }

    /** One shard, with what its device holds. */
    private record Part(CrossEntropyShard loss, int first, Geometry geometry, DeviceRows x, Tensor targets) {}

    private static List<Part> parts(CrossEntropyCase whole, Bench bench, CrossEntropy loss, int... columns) {
        List<Part> parts = new ArrayList<>();
        int first = 0;
        for (int of : columns) {
            Geometry geometry = whole.geometry().axis() == 1
                    ? Geometry.dense(ROWS, of).padded(parts.size())
                    : Geometry.dense(of, ROWS).along(0).shifted(parts.size());
            DeviceRows x = bench.rows(whole.dtype(), geometry, slice(whole.logits(), first, of));
            Tensor targets = whole.labelType() == null
                    ? bench.rows(whole.dtype(), geometry, slice(whole.targets().probabilities(), first, of))
                            .tensor()
                    : bench.labels(
                            whole.labelType(),
                            geometry.rowShape(),
                            whole.targets().labels());
            parts.add(new Part(loss.shard(first, whole.geometry().classes()), first, geometry, x, targets));
            first += of;
        }
        return parts;
    }

    private static double[][] slice(double[][] rows, int first, int columns) {
        return Arrays.stream(rows)
                .map(row -> Arrays.copyOfRange(row, first, first + columns))
                .toArray(double[][]::new);
    }

    private static void checkGradient(
            CrossEntropyCase whole, Part part, double[][] actual, CrossEntropyReference exact) {
        for (int n = 0; n < ROWS; n++) {
            CrossEntropyReference.Row row = exact.rows()[n];
            int end = part.first + part.geometry.classes();
            double[] expected = Arrays.copyOfRange(row.gradient(), part.first, end);
            double[] scale = Arrays.copyOfRange(row.gradientScale(), part.first, end);
            String what = "seed " + CrossEntropyDraw.SEED + ", row " + n + ", from " + part.first + ", " + whole;
            Near.assertNear(whole.dtype(), expected, actual[n], scale, what);
        }
    }

    @Test
    void mistakesAreNamed() {
        CrossEntropyOptions defaults = CrossEntropyOptions.defaults();
        try (Bench bench = new Bench(rig)) {
            Stream s = bench.stream();
            CrossEntropy loss = bench.ops().crossEntropy(defaults);
            CrossEntropyShard shard = loss.shard(6, 10);
            Tensor x = bench.empty(DType.F16, 2, 4);
            Tensor labels = bench.labels(DType.I32, Shape.of(2), 0, 9);
            Tensor partials = bench.keep(shard.newPartials(DType.F16, x.shape()));
            String forward = "crossEntropy.forwardPartials: ";
            assertMessage(
                    "shard: the first class must be one of 1 to 2^31-1 classes: first=10, classes=10",
                    () -> loss.shard(10, 10));
            assertMessage(
                    "crossEntropy: outputs are not combined over shards: outputs=[ARGMAX]",
                    () -> bench.ops()
                            .crossEntropy(defaults.withOutputs(RowOutput.ARGMAX))
                            .shard(0, 2));
            assertMessage(
                    forward + "a shard's columns must be some of all classes: first=7, columns=4, classes=10",
                    () -> loss.shard(7, 10).forwardPartials(x, labels, null, partials, s));
            assertMessage(
                    forward + "weights must be F32[10] without padding: weights=F32[4]",
                    () -> shard.forwardPartials(x, labels, bench.empty(DType.F32, 4), partials, s));
            assertMessage(
                    forward + "partials must be F32[5, 2] without padding: partials=F32[2, 5]",
                    () -> shard.forwardPartials(x, labels, null, bench.empty(DType.F32, 2, 5), s));
            Tensor overLogits = bench.keep(bench.ops().wrap(partials.address(), DType.F16, Shape.of(2, 4)));
            assertTrue(assertThrows(
                            IllegalArgumentException.class,
                            () -> shard.forwardPartials(overLogits, labels, null, partials, s))
                    .getMessage()
                    .startsWith(forward + "partials must not overlap logits: "));
        }
    }

    @Test
    void mistakesInCombiningAreNamed() {
        try (Bench bench = new Bench(rig)) {
            Stream s = bench.stream();
            CrossEntropyShard shard =
                    bench.ops().crossEntropy(CrossEntropyOptions.defaults()).shard(6, 10);
            Tensor x = bench.empty(DType.F16, 2, 4);
            Tensor labels = bench.labels(DType.I32, Shape.of(2), 0, 9);
            try (CrossEntropyResult result = shard.newResult(DType.F16, x.shape(), s)) {
                String combine = "crossEntropy.combine: ";
                assertMessage(
                        combine + "partials must be F32[3, 5, 2] without padding: partials=F32[3, 5, 1]",
                        () -> shard.combine(bench.empty(DType.F32, 3, 5, 1), labels, null, result, s));
                assertMessage(
                        combine + "there must be 1 to 2^31-1 shards: partials=F32[0, 5, 2]",
                        () -> shard.combine(bench.empty(DType.F32, 0, 5, 2), labels, null, result, s));
                assertMessage(
                        combine + "without labels it is combineProbabilities that combines: labels=null",
                        () -> shard.combine(bench.empty(DType.F32, 1, 5, 2), null, null, result, s));
                assertMessage(
                        "crossEntropy.combineProbabilities: partials must be F32[1, 5, 2] without padding:"
                                + " partials=F32[1, 5, 3]",
                        () -> shard.combineProbabilities(bench.empty(DType.F32, 1, 5, 3), result, s));
                assertMessage(
                        combine + "labels must be I32 or I64: labels=F16[2, 4]",
                        () -> shard.combine(bench.empty(DType.F32, 1, 5, 2), x, null, result, s));
                assertEquals(
                        "crossEntropy.backward: no op has filled the result: result=" + result.lse(),
                        assertThrows(
                                        IllegalStateException.class,
                                        () -> shard.backward(x, labels, null, result, GradScale.ONE, x, s))
                                .getMessage());
                Tensor over = bench.keep(bench.ops().wrap(x.address(), DType.F32, Shape.of(1, 5, 0)));
                assertThrows(IllegalArgumentException.class, () -> shard.combine(over, labels, null, result, s));
            }
        }
    }
}
