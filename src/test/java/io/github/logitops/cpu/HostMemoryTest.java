package io.github.logitops.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.logitops.CrossEntropy;
import io.github.logitops.CrossEntropyResult;
import io.github.logitops.memory.DeviceOutOfMemoryException;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;
import io.github.logitops.support.Bench;
import io.github.logitops.support.ChildJvm;
import io.github.logitops.support.CpuRig;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ForkJoinPool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the CPU mode does at the end of the Java heap. */
class HostMemoryTest {
    private static final Shape SHAPE = Shape.of(3000, 24);
    private static final int WORKERS = Math.min(9, ForkJoinPool.getCommonPoolParallelism() + 1); // of 72000 elements

    private static final int ARRAYS = 6; // of a worker with two operands of a block

    private int arraysLeft = Integer.MAX_VALUE;

    @Test
    void aTensorIsOneArrayAndTheLimitIsNamed() {
        try (Bench bench = new Bench(new CpuRig())) {
            String message = "host memory: a tensor of the CPU mode is one Java array, of at most 2147483639 bytes: "
                    + "requestedBytes=2147483644, inUseBytes=8";
            bench.empty(DType.F32, 2);
            assertMessage(message, () -> bench.empty(DType.F32, 2147483644L / 4));
        }
    }

    @Test
    void tooLittleForScratchIsNamedAndNothingIsWritten() {
        try (Bench bench = bench()) {
            float[] values = new float[(int) SHAPE.elements()];
            Tensor x = bench.keep(bench.ops().upload(values, DType.F32, SHAPE, bench.stream()));
            String message = "softmax.forward: the Java heap has no room for scratch: requestedBytes="
                    + WORKERS * 2 * 16 * 8 + ", inUseBytes=" + SHAPE.elements() * 4;
            for (int room = 0; room < WORKERS * ARRAYS; room++) {
                arraysLeft = room;
                assertMessage(message, () -> bench.ops().softmax().forward(x, x, bench.stream()));
                assertArrayEquals(values, x.download(bench.stream()));
            }
            arraysLeft = Integer.MAX_VALUE;
            bench.ops().softmax().forward(x, x, bench.stream());
            assertEquals(1f / 24, x.download(bench.stream())[0]);
        }
    }

    @Test
    void tooLittleForRowLossesIsNamedAndNothingIsCounted() {
        try (Bench bench = bench()) {
            Tensor x = bench.vector(DType.F32, Shape.of(2, 4), 1, 2, 3, 4, 5, 6, 7, 8);
            Tensor labels = bench.labels(DType.I32, Shape.of(2), 0, 9);
            CrossEntropy loss = bench.ops().crossEntropy(CrossEntropyOptions.defaults());
            CrossEntropyResult result = bench.keep(loss.newResult(DType.F32, Shape.of(2, 4), bench.stream()));
            arraysLeft = ARRAYS + 1; // an operand more
            assertMessage(
                    "crossEntropy.forwardBackward: the Java heap has no room for scratch: requestedBytes=16, inUseBytes="
                            + bench.ops().memoryStatistics().bytesInUse(),
                    () -> loss.forwardBackward(x, labels, null, GradScale.ONE, x, result, bench.stream()));
            assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6, 7, 8}, x.download(bench.stream()));
            bench.stream().synchronize(); // and no word of a label out of range
        }
    }

    /** 20 million classes as doubles, three times, would be 480 MB. */
    @Test
    void aLongRowNeedsLittleMoreThanItself(@TempDir Path directory) {
        ChildJvm.End end = ChildJvm.start(List.of("-Xmx96m"), LongRowMain.class, directory, Map.of())
                .await();
        assertEquals(0, end.exitCode(), end.lines().toString());
        assertEquals(
                "1", end.lines().get(end.lines().size() - 1), "bits of 2^-24, the half nearest to one in 20 million");
    }

    /** Takes the softmax of a long row in place. */
    static final class LongRowMain {
        public static void main(String[] arguments) {
            try (Bench bench = new Bench(new CpuRig())) {
                Tensor x = bench.empty(DType.F16, 1, 20_000_000);
                bench.ops().softmax().forward(x, x, bench.stream());
                Tensor first = bench.keep(bench.ops().wrap(x.address(), DType.F16, Shape.of(1)));
                System.out.println(first.downloadBits(bench.stream())[0]);
            }
        }
    }

    /** On a session whose scratch is as long as there are arrays left. */
    private Bench bench() {
        return new Bench(new CpuBlocksRig(new Tiling.Sizes(16, 16, 2, 1), WORKERS, length -> {
            if (arraysLeft-- == 0) {
                throw new OutOfMemoryError("for a test");
            }
            return new double[length];
        }));
    }

    private static void assertMessage(String message, Runnable call) {
        assertEquals(
                message,
                assertThrows(DeviceOutOfMemoryException.class, call::run).getMessage());
    }
}
