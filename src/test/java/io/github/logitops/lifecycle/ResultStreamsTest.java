package io.github.logitops.lifecycle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.logitops.CrossEntropy;
import io.github.logitops.CrossEntropyResult;
import io.github.logitops.Distillation;
import io.github.logitops.DistillationResult;
import io.github.logitops.Entropy;
import io.github.logitops.EntropyResult;
import io.github.logitops.LogSumExp;
import io.github.logitops.LogSumExpResult;
import io.github.logitops.LogitOps;
import io.github.logitops.SelectedLogProb;
import io.github.logitops.SelectedLogProbResult;
import io.github.logitops.emulator.Approximations;
import io.github.logitops.emulator.PtxEmulatorDriver;
import io.github.logitops.emulator.Schedule;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.DistillationOptions;
import io.github.logitops.spec.SelectedLogProbOptions;
import io.github.logitops.spec.Shape;
import io.github.logitops.support.EmulatedRig;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/** A result is made, filled, read and filled again on streams that know nothing of each other; devices run them in any order. */
class ResultStreamsTest {
    private static final Shape SHAPE = Shape.of(2, 3);

    @RepeatedTest(20)
    void itsWorkIsInOrderOnWhicheverStreams(RepetitionInfo repetition) {
        Schedule schedule = Schedule.of(Schedule.Order.LOCKSTEP, repetition.getCurrentRepetition());
        try (LogitOps ops = EmulatedRig.open(new PtxEmulatorDriver(90, schedule, Approximations.NEAREST));
                Stream made = ops.newStream();
                Stream filled = ops.newStream();
                Stream read = ops.newStream();
                Tensor x = ops.upload(new float[] {0, 0, 0, 1, 1, 1}, DType.F32, SHAPE, filled);
                Tensor y = ops.labels(new int[] {0, -100}, filled);
                Tensor dx = ops.empty(DType.F32, SHAPE)) {
            filled.synchronize(); // inputs are the caller's to order
            crossEntropy(ops, made, filled, read, x, y, dx);
            selectedLogProb(ops, made, filled, x, y);
            distillation(ops, made, filled, x, y);
            logSumExp(ops, made, filled, read, x, dx);
            entropy(ops, made, filled, read, x, dx);
        }
    }

    private static void crossEntropy(
            LogitOps ops, Stream made, Stream filled, Stream read, Tensor x, Tensor y, Tensor dx) {
        CrossEntropy loss = ops.crossEntropy(CrossEntropyOptions.defaults());
        try (CrossEntropyResult result = loss.newResult(DType.F32, SHAPE, made)) {
            loss.forward(x, y, null, result, filled);
            loss.backward(x, y, null, result, dx, read);
            loss.forwardBackward(x, y, null, GradScale.ONE, dx, result, made);
            assertEquals(1, result.countedRows());
            assertEquals(Math.log(3), result.await(), 1e-6);
            float third = 1 / 3f;
            assertArrayEquals(new float[] {third - 1, third, third, 0, 0, 0}, dx.download(made), 1e-6f);
        }
    }

    private static void selectedLogProb(LogitOps ops, Stream made, Stream filled, Tensor x, Tensor y) {
        SelectedLogProb op = ops.selectedLogProb(SelectedLogProbOptions.defaults());
        try (SelectedLogProbResult result = op.newResult(DType.F32, SHAPE, made)) {
            op.forward(x, y, result, filled);
            assertEquals(1, result.countedRows());
        }
    }

    private static void logSumExp(LogitOps ops, Stream made, Stream filled, Stream read, Tensor x, Tensor dx) {
        LogSumExp op = ops.logSumExp();
        try (LogSumExpResult result = op.newResult(DType.F32, SHAPE, made)) {
            op.forward(x, result, filled);
            op.backward(x, result, GradScale.of(3), dx, read);
            op.forward(x, result, made);
            assertArrayEquals(new float[] {1, 1, 1, 1, 1, 1}, dx.download(read), 1e-6f);
        }
    }

    private static void entropy(LogitOps ops, Stream made, Stream filled, Stream read, Tensor x, Tensor dx) {
        Entropy op = ops.entropy();
        try (EntropyResult result = op.newResult(DType.F32, SHAPE, made)) {
            op.forward(x, result, filled);
            op.backward(x, result, GradScale.ONE, dx, read);
            op.forward(x, result, made);
            assertArrayEquals(new float[6], dx.download(read), 1e-6f);
        }
    }

    private static void distillation(LogitOps ops, Stream made, Stream filled, Tensor x, Tensor y) {
        Distillation op = ops.distillation(DistillationOptions.defaults());
        try (DistillationResult result = op.newResult(DType.F32, SHAPE, made)) {
            op.forward(x, x, y, result, filled);
            assertEquals(1, result.countedRows());
            assertEquals(0, result.await(), 1e-6);
        }
    }
}
