package io.github.logitops.lifecycle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.logitops.CrossEntropy;
import io.github.logitops.CrossEntropyResult;
import io.github.logitops.LogitOps;
import io.github.logitops.OpenOptions;
import io.github.logitops.Sessions;
import io.github.logitops.cpu.CpuExecutor;
import io.github.logitops.cpu.HostDriver;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;
import io.github.logitops.support.WatchedDriver;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One session used by several threads at once, each with streams and tensors of its own. */
@Timeout(60)
class SharedSessionTest {
    private static final int THREADS = 4;
    private static final int ROUNDS = 100;
    private static final Shape SHAPE = Shape.of(3, 50);

    private interface Work {
        void run(int thread) throws Exception;
    }

    @Test
    void threadsDoNotDisturbEachOther() throws Exception {
        HostDriver driver = new HostDriver();
        try (LogitOps ops = Sessions.over(driver, new CpuExecutor(driver), OpenOptions.defaults())) {
            inThreads(thread -> {
                double[] logits = new double[150];
                Arrays.setAll(logits, i -> (i * 7 + thread * 13) % 11);
                double[] expected = ops.softmax().forward(logits, SHAPE);
                for (int round = 0; round < ROUNDS; round++) {
                    assertArrayEquals(expected, ops.softmax().forward(logits, SHAPE));
                }
            });
            assertEquals(0, ops.memoryStatistics().liveTensors());
        }
    }

    @Test
    void eachThreadGetsItsOwnBadLabel() throws Exception {
        HostDriver driver = new HostDriver();
        try (LogitOps ops = Sessions.over(driver, new CpuExecutor(driver), OpenOptions.defaults())) {
            CrossEntropy loss = ops.crossEntropy(CrossEntropyOptions.defaults());
            inThreads(thread -> {
                for (int round = 0; round < ROUNDS; round++) {
                    int bad = 50 + thread * ROUNDS + round;
                    try (Stream stream = ops.newStream();
                            Tensor x = ops.upload(new float[150], DType.F32, SHAPE, stream);
                            Tensor labels = ops.labels(new int[] {1, bad, 2}, stream);
                            CrossEntropyResult result = loss.forwardBackward(x, labels, x, stream)) {
                        String message = assertThrows(IllegalArgumentException.class, result::await)
                                .getMessage();
                        assertEquals(
                                "crossEntropy: label out of range: row=1, label=" + bad
                                        + ", classes=50, ignoreIndex=-100",
                                message);
                        assertEquals(2, result.countedRows());
                    }
                }
            });
            assertEquals(0, ops.memoryStatistics().liveTensors());
        }
    }

    /** The look at one batch's labels, in one thread, must not wipe out what another thread's batch finds meanwhile. */
    @Test
    void aBadLabelThatIsFoundDuringALookIsThrownLater() throws Exception {
        HostDriver host = new HostDriver();
        WatchedDriver driver = new WatchedDriver(host);
        try (LogitOps ops = Sessions.over(driver, new CpuExecutor(host), OpenOptions.defaults());
                Stream stream = ops.newStream();
                Tensor x = ops.upload(new float[150], DType.F32, SHAPE, stream);
                Tensor seven = ops.labels(new int[] {77, 0, 0}, stream);
                Tensor nine = ops.labels(new int[] {0, 99, 0}, stream);
                CrossEntropyResult result =
                        ops.crossEntropy(CrossEntropyOptions.defaults()).forward(x, seven, stream)) {
            Thread filler = new Thread(
                    () -> ops.crossEntropy(CrossEntropyOptions.defaults()).forward(x, nine, null, result, stream));
            Callable<Void> duringTheLook = () -> {
                filler.start();
                while (filler.isAlive() && filler.getState() != Thread.State.BLOCKED) {
                    Thread.onSpinWait();
                }
                return null;
            };
            driver.whenSynchronizing(
                    stream.handle(),
                    () -> { // the wait; the next one is the look's
                        driver.whenSynchronizing(stream.handle(), duringTheLook);
                        return null;
                    });
            assertBadLabel("row=0, label=77", result);
            filler.join();
            assertBadLabel("row=1, label=99", result);
            assertEquals(2, result.countedRows());
        }
        driver.assertNothingHeld();
    }

    private static void assertBadLabel(String which, CrossEntropyResult result) {
        assertEquals(
                "crossEntropy: label out of range: " + which + ", classes=50, ignoreIndex=-100",
                assertThrows(IllegalArgumentException.class, result::await).getMessage());
    }

    private static void inThreads(Work work) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                int thread = i;
                running.add(threads.submit(() -> {
                    work.run(thread);
                    return null;
                }));
            }
            for (Future<?> each : running) {
                each.get(50, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
