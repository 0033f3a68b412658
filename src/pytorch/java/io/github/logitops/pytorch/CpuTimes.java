package io.github.logitops.pytorch;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.logitops.Backend;
import io.github.logitops.LogitOps;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;
import java.util.Arrays;
import java.util.Random;

/**
 * The CPU mode's times beside those of PyTorch, by way of DJL, on the same cores: both take turns, and the medians of their rounds are
 * printed, in microseconds a call, as Markdown. Inputs and outputs are tensors of either library.
 */
final class CpuTimes {
    private static final int ROUNDS = 21;
    private static final double NANOS_OF_A_ROUND = 1e8;
    private static final int[][] SHAPES = {{256, 1000}, {64, 32000}};

    private CpuTimes() {}

    public static void main(String[] args) {
        System.out.println("| F32, two cores | LogitOps us | PyTorch us | ratio |");
        System.out.println("|---|---:|---:|---:|");
        for (int[] shape : SHAPES) {
            measure(shape[0], shape[1]);
        }
    }

    private static void measure(int rows, int classes) {
        Random random = new Random(1);
        float[] logits = new float[rows * classes];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) random.nextGaussian() * 3;
        }
        Shape shape = Shape.of(rows, classes);
        try (LogitOps ops = LogitOps.open(Backend.CPU);
                Stream s = ops.newStream();
                Tensor x = ops.upload(logits, DType.F32, shape, s);
                Tensor y = ops.empty(DType.F32, shape);
                NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
            NDArray theirs = manager.create(logits, new ai.djl.ndarray.types.Shape(rows, classes));
            print(
                    "softmax.forward",
                    shape,
                    () -> ops.softmax().forward(x, y, s),
                    () -> theirs.softmax(-1).close());
            print(
                    "logSoftmax.forward",
                    shape,
                    () -> ops.logSoftmax().forward(x, y, s),
                    () -> theirs.logSoftmax(-1).close());
        }
    }

    private static void print(String op, Shape shape, Runnable ours, Runnable theirs) {
        Runnable[] each = {ours, theirs};
        int[] calls = new int[each.length];
        for (int i = 0; i < each.length; i++) {
            micros(each[i], 200); // compiled by then
            calls[i] = (int) Math.max(1, NANOS_OF_A_ROUND / 1e3 / micros(each[i], 20));
        }
        double[][] micros = new double[each.length][ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            for (int i = 0; i < each.length; i++) {
                micros[i][round] = micros(each[i], calls[i]);
            }
        }
        Arrays.sort(micros[0]);
        Arrays.sort(micros[1]);
        double median = micros[0][ROUNDS / 2];
        double theirMedian = micros[1][ROUNDS / 2];
        System.out.printf("| `%s` %s | %.0f | %.0f | %.1f |%n", op, shape, median, theirMedian, median / theirMedian);
    }

    private static double micros(Runnable call, int times) {
        long start = System.nanoTime();
        for (int i = 0; i < times; i++) {
            call.run();
        }
        return (System.nanoTime() - start) / 1e3 / times;
    }
}
