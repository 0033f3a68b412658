package io.github.logitops.lifecycle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.BackendUnavailableException;
import io.github.logitops.CrossEntropy;
import io.github.logitops.CrossEntropyResult;
import io.github.logitops.CrossEntropyShard;
import io.github.logitops.LogitOps;
import io.github.logitops.OpenOptions;
import io.github.logitops.SelectedLogProb;
import io.github.logitops.SelectedLogProbResult;
import io.github.logitops.Sessions;
import io.github.logitops.cpu.CpuExecutor;
import io.github.logitops.cpu.HostDriver;
import io.github.logitops.device.KernelExecutor;
import io.github.logitops.memory.DriverException;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.Executor;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.DistillationOptions;
import io.github.logitops.spec.Layout;
import io.github.logitops.spec.RowChunks;
import io.github.logitops.spec.RowOutput;
import io.github.logitops.spec.SelectedLogProbOptions;
import io.github.logitops.spec.Shape;
import io.github.logitops.spec.SigmoidCrossEntropyOptions;
import io.github.logitops.support.WatchedDriver;
import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whichever call to the driver is refused, in whichever op: nothing leaks, and the next call works. */
class RefusedCallsTest {
    private static final Shape SHAPE = Shape.of(2, 3);
    private static final float[] LOGITS = {0, 1, 2, 3, 4, 6};
    private static final int[] LABELS = {2, 0};

    /** What a user does, from his arrays to his result. */
    private enum Use {
        SOFTMAX_ON_HOST(ops -> ops.softmax().forward(LOGITS, SHAPE)),
        SOFTMAX_BACKWARD_ON_HOST(ops -> ops.softmax().backward(LOGITS, LOGITS, SHAPE)),
        LOG_SOFTMAX_ON_HOST(ops -> ops.logSoftmax().forward(LOGITS, SHAPE)),
        LOG_SOFTMAX_BACKWARD_ON_HOST(ops -> ops.logSoftmax().backward(LOGITS, LOGITS, SHAPE)),
        CROSS_ENTROPY_ON_HOST(ops ->
                new float[] {(float) mean(ops).forward(LOGITS, LABELS, SHAPE).loss()}),
        GRADIENT_ON_HOST(ops -> mean(ops)
                .forwardBackward(LOGITS, LABELS, new float[] {1, 2, 3}, GradScale.of(2), SHAPE)
                .gradient()),
        EVERY_OPTION_ON_HOST(ops -> ops.crossEntropy(
                        CrossEntropyOptions.defaults().withZLoss(0.1).withOutputs(RowOutput.values()))
                .forwardBackward(LOGITS, new float[] {1, 0, 0, 0, 0, 1}, null, GradScale.ONE, SHAPE)
                .gradient()),
        SHARDS(RefusedCallsTest::shards),
        MASKED_SOFTMAX_ON_HOST(
                ops -> ops.maskedSoftmax().forward(LOGITS, SHAPE, new boolean[] {true, false, true}, Shape.of(3))),
        LOG_SUM_EXP_ON_HOST(ops -> ops.logSumExp().backward(LOGITS, new float[] {1, 2}, SHAPE)),
        ENTROPY_ON_HOST(ops -> ops.entropy().backward(LOGITS, new float[] {1, 2}, SHAPE)),
        SELECTED_LOG_PROB_ON_HOST(ops -> selectedLogProb(ops).backward(LOGITS, LABELS, new float[] {1, 2}, SHAPE)),
        DISTILLATION_ON_HOST(ops -> ops.distillation(DistillationOptions.defaults())
                .forwardBackward(LOGITS, LOGITS, LABELS, GradScale.ONE, SHAPE)
                .gradient()),
        LINEAR_LAYER_ON_HOST(ops -> ops.linearCrossEntropy(CrossEntropyOptions.defaults(), RowChunks.ofRows(1))
                .forwardBackward(LOGITS, LOGITS, new float[] {1, 2}, new int[] {1, 0}, SHAPE, 2)
                .weight()),
        SIGMOID_ON_HOST(ops -> ops.sigmoid().forward(LOGITS, SHAPE)),
        LOG_SIGMOID_BACKWARD_ON_HOST(ops -> ops.logSigmoid().backward(LOGITS, LOGITS, SHAPE)),
        SIGMOID_CROSS_ENTROPY_ON_HOST(ops -> ops.sigmoidCrossEntropy(
                        SigmoidCrossEntropyOptions.defaults().withIgnoreValue(2))
                .forwardBackward(LOGITS, LOGITS, null, LOGITS, GradScale.ONE, SHAPE)
                .gradient()),
        SELECTED_LABEL_OUT_OF_RANGE(RefusedCallsTest::selectedLabelOutOfRange),
        TENSORS_IN_HALF(RefusedCallsTest::tensorsInHalf),
        LOSS_AND_SEPARATE_GRADIENT(RefusedCallsTest::lossAndSeparateGradient),
        PADDED_ROWS(RefusedCallsTest::paddedRows),
        LABEL_OUT_OF_RANGE(RefusedCallsTest::labelOutOfRange);

        private final Function<LogitOps, float[]> run;

        Use(Function<LogitOps, float[]> run) {
            this.run = run;
        }
    }

    /** What a use runs on. */
    private enum Rig {
        CPU_WITHOUT_CACHE(0),
        CPU_WITH_CACHE(Long.MAX_VALUE),
        /** The launch code of the GPU; kernels do nothing, so that results are whatever memory holds: zeros and inputs. */
        KERNELS(Long.MAX_VALUE);

        private final long cacheLimit;

        Rig(long cacheLimit) {
            this.cacheLimit = cacheLimit;
        }

        LogitOps open(HostDriver host, WatchedDriver driver) {
            Executor executor = this == KERNELS ? new KernelExecutor(driver) : new CpuExecutor(host);
            return Sessions.over(driver, executor, OpenOptions.defaults().withCacheLimitBytes(cacheLimit));
        }
    }

    static Stream<Arguments> usesOnRigs() {
        return Arrays.stream(Use.values())
                .flatMap(use -> Arrays.stream(Rig.values()).map(rig -> Arguments.of(use, rig)));
    }

    @ParameterizedTest
    @MethodSource("usesOnRigs")
    void nothingLeaksAndTheNextCallWorks(Use use, Rig rig) {
        HostDriver host = new HostDriver();
        float[] expected;
        try (LogitOps ops = rig.open(host, new WatchedDriver(host))) {
            expected = use.run.apply(ops);
        }
        int n = 0;
        boolean refused;
        do {
            refused = refuseOne(use, rig, ++n, expected);
        } while (refused);
        assertTrue(n > 10, "only " + n + " calls were made: is the driver in use?");
    }

    /** Whether there was an n-th call to refuse. */
    private static boolean refuseOne(Use use, Rig rig, int n, float[] expected) {
        HostDriver host = new HostDriver();
        WatchedDriver driver = new WatchedDriver(host);
        boolean refused;
        try (LogitOps ops = rig.open(host, driver)) {
            driver.refuse(n);
            try {
                assertArrayEquals(expected, use.run.apply(ops));
            } catch (DriverException | BackendUnavailableException e) {
                assertTrue(e.getMessage().endsWith(" refused"), e.getMessage());
            }
            refused = driver.hasRefused();
            driver.refuse(-1);
            assertEquals(0, ops.memoryStatistics().liveTensors(), "call " + n);
            float[] next = use.run.apply(ops);
            if (rig != Rig.KERNELS) { // there, cached memory holds what the refused call left
                assertArrayEquals(expected, next, "after call " + n + " was refused");
            }
            assertEquals(0, ops.memoryStatistics().bytesInUse(), "call " + n);
            assertEquals(ops.memoryStatistics().heldBytes(), driver.bytesHeld(), "call " + n);
            if (rig == Rig.CPU_WITHOUT_CACHE) {
                assertEquals(0, driver.bytesHeld(), "call " + n);
            }
        }
        driver.assertNothingHeld();
        return refused;
    }

    @Test
    void aRefusedLookAtTheLabelsIsTriedAgain() {
        boolean refused = true;
        for (int n = 1; refused; n++) {
            HostDriver host = new HostDriver();
            WatchedDriver driver = new WatchedDriver(host);
            try (LogitOps ops = Rig.CPU_WITH_CACHE.open(host, driver);
                    io.github.logitops.memory.Stream s = ops.newStream();
                    Tensor x = ops.upload(LOGITS, DType.F32, SHAPE, s);
                    Tensor labels = ops.labels(new int[] {2, 3}, s);
                    CrossEntropyResult result = mean(ops).forward(x, labels, s)) {
                driver.refuse(n);
                RuntimeException first = assertThrows(RuntimeException.class, s::synchronize);
                refused = driver.hasRefused();
                driver.refuse(-1);
                if (first instanceof DriverException) {
                    assertThrows(IllegalArgumentException.class, s::synchronize, "call " + n);
                }
                assertEquals(1, result.countedRows());
            }
            driver.assertNothingHeld();
        }
    }

    private static CrossEntropy mean(LogitOps ops) {
        return ops.crossEntropy(CrossEntropyOptions.defaults());
    }

    private static SelectedLogProb selectedLogProb(LogitOps ops) {
        return ops.selectedLogProb(SelectedLogProbOptions.defaults());
    }

    private static float[] selectedLabelOutOfRange(LogitOps ops) {
        try (io.github.logitops.memory.Stream s = ops.newStream();
                Tensor x = ops.upload(LOGITS, DType.F32, SHAPE, s);
                Tensor labels = ops.labels(new int[] {2, 3}, s);
                SelectedLogProbResult result = selectedLogProb(ops).forward(x, labels, s)) {
            try {
                return new float[] {result.countedRows()};
            } catch (IllegalArgumentException e) {
                return new float[] {e.getMessage().length()};
            }
        }
    }

    private static float[] tensorsInHalf(LogitOps ops) {
        try (io.github.logitops.memory.Stream s = ops.newStream();
                Tensor x = ops.upload(LOGITS, DType.BF16, SHAPE, s);
                Tensor y = ops.empty(DType.BF16, SHAPE)) {
            ops.softmax().forward(x, y, s);
            ops.softmax().backward(y, x, x, s);
            return x.download(s);
        }
    }

    private static float[] lossAndSeparateGradient(LogitOps ops) {
        try (io.github.logitops.memory.Stream s = ops.newStream();
                Tensor x = ops.upload(LOGITS, DType.F32, SHAPE, s);
                Tensor labels = ops.labels(LABELS, s);
                CrossEntropyResult result = mean(ops).forward(x, labels, s)) {
            mean(ops).backward(x, labels, null, result, x, s);
            float[] gradient = x.download(s);
            float[] all = Arrays.copyOf(gradient, gradient.length + 1);
            all[gradient.length] = (float) result.await();
            return all;
        }
    }

    private static float[] shards(LogitOps ops) {
        CrossEntropyShard shard = mean(ops).shard(0, 3);
        try (io.github.logitops.memory.Stream s = ops.newStream();
                Tensor x = ops.upload(LOGITS, DType.F32, SHAPE, s);
                Tensor labels = ops.labels(LABELS, s);
                Tensor partials = ops.empty(DType.F32, Shape.of(1, 5, 2));
                Tensor own = ops.wrap(partials.address(), DType.F32, Shape.of(5, 2));
                CrossEntropyResult result = shard.newResult(DType.F32, SHAPE, s)) {
            shard.forwardPartials(x, labels, null, own, s);
            shard.combine(partials, labels, null, result, s);
            shard.backward(x, labels, null, result, GradScale.ONE, x, s);
            return x.download(s);
        }
    }

    /** The label is named by whichever wait comes through: refused calls do not lose it. */
    private static float[] labelOutOfRange(LogitOps ops) {
        try (io.github.logitops.memory.Stream s = ops.newStream();
                Tensor x = ops.upload(LOGITS, DType.F32, SHAPE, s);
                Tensor labels = ops.labels(new int[] {2, 3}, s);
                CrossEntropyResult result = mean(ops).forward(x, labels, s)) {
            try {
                result.await();
                return new float[] {0};
            } catch (IllegalArgumentException e) {
                return new float[] {e.getMessage().length()};
            }
        }
    }

    private static float[] paddedRows(LogitOps ops) {
        try (io.github.logitops.memory.Stream s = ops.newStream();
                Tensor x = ops.empty(DType.F32, new Layout(SHAPE, 5))) {
            x.upload(LOGITS, s);
            ops.logSoftmax().forward(x, x, s);
            return x.download(s);
        }
    }
}
