package io.github.logitops.contract;

import static io.github.logitops.contract.SoftmaxContract.assertMessage;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.logitops.CrossEntropy;
import io.github.logitops.CrossEntropyResult;
import io.github.logitops.Distillation;
import io.github.logitops.DistillationResult;
import io.github.logitops.Entropy;
import io.github.logitops.EntropyResult;
import io.github.logitops.LogSumExp;
import io.github.logitops.LogSumExpResult;
import io.github.logitops.SelectedLogProb;
import io.github.logitops.SelectedLogProbResult;
import io.github.logitops.memory.BinaryTargets;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.DistillationOptions;
import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.RowOutput;
import io.github.logitops.spec.SelectedLogProbOptions;
import io.github.logitops.spec.Shape;
import io.github.logitops.spec.SigmoidCrossEntropyOptions;
import io.github.logitops.support.Bench;
import io.github.logitops.support.OnEachRig;
import io.github.logitops.support.Rig;
import io.github.logitops.support.RigKind;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The last batch is smaller: parts of tensors and of results take it, and give what new ones would. */
@OnEachRig
class SmallerBatchTest {
    private static final Shape SHAPE = Shape.of(4, 3, 5); // 4 sequences of 3 tokens
    private static final int LAST = 2;

    private final Rig rig;

    SmallerBatchTest(RigKind kind) {
        rig = kind.rig();
    }

    private static Tensor logits(Bench bench, int seed) {
        return bench.vector(
                DType.F32, SHAPE, new Random(seed).doubles(60, -3, 3).toArray());
    }

    private static Tensor labels(Bench bench) {
        return bench.labels(DType.I32, Shape.of(4, 3), 0, 1, -100, 3, 4, 0, 1, 2, 3, -100, 0, 1);
    }

    @Test
    void crossEntropyInAResultOfMoreRows() {
        CrossEntropyOptions options = CrossEntropyOptions.defaults()
                .withZLoss(0.1)
                .withLabelSmoothing(0.1)
                .withOutputs(RowOutput.values());
        try (Bench bench = new Bench(rig)) {
            Stream s = bench.stream();
            CrossEntropy op = bench.ops().crossEntropy(options);
            Tensor x = logits(bench, 1).slice(1, LAST);
            Tensor y = labels(bench).slice(1, LAST);
            CrossEntropyResult expected = bench.keep(op.forward(x, y, s));
            Tensor dx = bench.empty(DType.F32, LAST, 3, 5);
            op.backward(x, y, null, expected, dx, s);
            float[] gradient = dx.download(s);

            CrossEntropyResult all = bench.keep(op.newResult(DType.F32, SHAPE, s));
            op.forward(logits(bench, 2), labels(bench), null, all, s);
            long held = bench.ops().memoryStatistics().bytesInUse();
            CrossEntropyResult last = all.first(LAST);
            op.forward(x, y, null, last, s);
            op.backward(x, y, null, last, dx, s);
            assertEquals(held, bench.ops().memoryStatistics().bytesInUse());
            assertEquals(expected.await(), last.await());
            assertEquals(last.await(), all.await()); // the last op's
            assertEquals(expected.countedRows(), last.countedRows());
            assertEquals(expected.correctRows(), last.correctRows());
            assertEquals(expected.topKAccuracy(2), last.topKAccuracy(2));
            assertEquals(Shape.of(LAST, 3), last.rowLosses().shape());
            assertArrayEquals(expected.rowLosses().download(s), last.rowLosses().download(s));
            assertArrayEquals(expected.lse().download(s), last.lse().download(s));
            assertArrayEquals(expected.zLosses().download(s), last.zLosses().download(s));
            assertArrayEquals(expected.entropy().download(s), last.entropy().download(s));
            assertArrayEquals(expected.argmax().downloadLabels(s), last.argmax().downloadLabels(s));
            assertArrayEquals(gradient, dx.download(s));
            op.forwardBackward(x, y, null, GradScale.ONE, dx, last, s);
            assertArrayEquals(gradient, dx.download(s), 1e-6f);
            last.close();
            op.forward(logits(bench, 2), labels(bench), null, all, s); // still open
            assertMessage(
                    "crossEntropy.forward: the result was made for other logits: result=F32[4, 3], rows=F32[2, 3]",
                    () -> op.forward(x, y, null, all, s));
            assertThrows(IllegalArgumentException.class, () -> all.first(5));
        }
    }

    @Test
    void theOtherOpsInResultsOfMoreRows() {
        try (Bench bench = new Bench(rig)) {
            Stream s = bench.stream();
            Tensor all = logits(bench, 3);
            Tensor x = all.slice(0, LAST);
            Tensor y = labels(bench).slice(0, LAST);
            Tensor expected = bench.empty(DType.F32, LAST, 3, 5);
            Tensor dx = bench.empty(DType.F32, LAST, 3, 5);
            GradScale scale = GradScale.of(3);

            LogSumExp logSumExp = bench.ops().logSumExp();
            logSumExp.backward(x, bench.keep(logSumExp.forward(x, s)), scale, expected, s);
            LogSumExpResult lse = bench.keep(logSumExp.forward(all, s)).first(LAST);
            logSumExp.forward(x, lse, s);
            logSumExp.backward(x, lse, scale, dx, s);
            assertArrayEquals(expected.download(s), dx.download(s));

            Entropy entropy = bench.ops().entropy();
            entropy.backward(x, bench.keep(entropy.forward(x, s)), scale, expected, s);
            EntropyResult entropies = bench.keep(entropy.forward(all, s)).first(LAST);
            entropy.forward(x, entropies, s);
            entropy.backward(x, entropies, scale, dx, s);
            assertArrayEquals(expected.download(s), dx.download(s));

            SelectedLogProb selected = bench.ops().selectedLogProb(SelectedLogProbOptions.defaults());
            selected.backward(x, y, bench.keep(selected.forward(x, y, s)), scale, expected, s);
            SelectedLogProbResult logProbs =
                    bench.keep(selected.forward(all, labels(bench), s)).first(LAST);
            selected.forward(x, y, logProbs, s);
            selected.backward(x, y, logProbs, scale, dx, s);
            assertArrayEquals(expected.download(s), dx.download(s));
            assertEquals(5, logProbs.countedRows());

            Distillation distillation = bench.ops().distillation(DistillationOptions.defaults());
            DistillationResult fresh = bench.keep(distillation.forward(x, all.slice(2, LAST), y, s));
            DistillationResult loss =
                    bench.keep(distillation.forward(all, all, labels(bench), s)).first(LAST);
            distillation.forward(x, all.slice(2, LAST), y, loss, s);
            assertEquals(fresh.await(), loss.await());
            assertArrayEquals(fresh.rowLosses().download(s), loss.rowLosses().download(s));
        }
    }

    @Test
    void sigmoidCrossEntropyInAResultOfMoreRows() {
        try (Bench bench = new Bench(rig)) {
            Stream s = bench.stream();
            for (Reduction reduction : Reduction.values()) {
                var op = bench.ops()
                        .sigmoidCrossEntropy(
                                SigmoidCrossEntropyOptions.defaults().withReduction(reduction));
                Tensor x = logits(bench, 4);
                BinaryTargets all = BinaryTargets.of(logits(bench, 5));
                BinaryTargets some = BinaryTargets.of(all.targets().slice(0, LAST));
                var whole = bench.keep(op.forward(x, all, s));
                var last = whole.first(LAST);
                op.forward(x.slice(0, LAST), some, last, s);
                var expected = bench.keep(op.forward(x.slice(0, LAST), some, s));
                assertEquals(30, last.countedElements());
                assertThrows(IllegalArgumentException.class, () -> whole.first(5));
                if (reduction == Reduction.NONE) {
                    assertArrayEquals(
                            expected.elementLosses().download(s),
                            last.elementLosses().download(s));
                } else {
                    assertEquals(expected.await(), last.await());
                }
            }
        }
    }

    /** A block adds up 2048 elements: fewer blocks leave fewer sums. */
    @Test
    void sigmoidCrossEntropyOfFewerBlocks() {
        try (Bench bench = new Bench(rig)) {
            Stream s = bench.stream();
            double[] zeros = new double[3 * 2048];
            Tensor x = bench.vector(DType.F32, Shape.of(3, 2048), zeros);
            BinaryTargets targets = BinaryTargets.of(bench.vector(DType.F32, Shape.of(3, 2048), zeros));
            var op = bench.ops().sigmoidCrossEntropy(SigmoidCrossEntropyOptions.defaults());
            var whole = bench.keep(op.forward(x, targets, s));
            assertEquals(Math.log(2), whole.await(), 1e-7);
            var last = whole.first(1);
            op.forward(x.slice(0, 1), BinaryTargets.of(targets.targets().slice(0, 1)), last, s);
            assertEquals(Math.log(2), last.await(), 1e-7);
            assertEquals(2048, last.countedElements());
        }
    }

    @Test
    void accuracyAndPerplexity() {
        CrossEntropyOptions options = CrossEntropyOptions.defaults().withOutputs(RowOutput.ARGMAX);
        try (Bench bench = new Bench(rig)) {
            Stream s = bench.stream();
            Tensor x = bench.vector(DType.F64, Shape.of(4, 2), 0, 0, 1, 0, 0, 2, 5, 5);
            Tensor y = bench.labels(DType.I64, Shape.of(4), 0, 1, 1, -100);
            CrossEntropyResult result =
                    bench.keep(bench.ops().crossEntropy(options).forward(x, y, s));
            assertEquals(2.0 / 3, result.accuracy());
            CrossEntropyOptions ranked = CrossEntropyOptions.defaults().withOutputs(RowOutput.RANK);
            CrossEntropyResult ranks =
                    bench.keep(bench.ops().crossEntropy(ranked).forward(x, y, s));
            assertEquals(2.0 / 3, ranks.topKAccuracy(1));
            assertEquals(1, ranks.topKAccuracy(2));
            assertEquals(1, ranks.first(1).topKAccuracy(1));
            assertEquals(
                    "crossEntropy: k must be at least 1: k=0",
                    assertThrows(IllegalArgumentException.class, () -> ranks.topKAccuracy(0))
                            .getMessage());
            assertEquals(Math.exp(result.await()), result.perplexity(), 1e-15);
            CrossEntropyResult withZ =
                    bench.keep(bench.ops().crossEntropy(options.withZLoss(1)).forward(x, y, s));
            assertEquals(result.perplexity(), withZ.perplexity(), 1e-12);
            CrossEntropyOptions sum = CrossEntropyOptions.defaults().withReduction(Reduction.SUM);
            CrossEntropyResult summed = bench.keep(bench.ops().crossEntropy(sum).forward(x, y, s));
            assertEquals(
                    "crossEntropy: no perplexity but of a mean: reduction=SUM",
                    assertThrows(IllegalStateException.class, summed::perplexity)
                            .getMessage());
            assertThrows(IllegalStateException.class, summed::accuracy);
        }
    }
}
