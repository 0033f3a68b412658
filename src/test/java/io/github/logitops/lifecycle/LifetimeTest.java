package io.github.logitops.lifecycle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.LogSumExp;
import io.github.logitops.LogitOps;
import io.github.logitops.OpenOptions;
import io.github.logitops.Sessions;
import io.github.logitops.base.Resources;
import io.github.logitops.cpu.CpuExecutor;
import io.github.logitops.cpu.HostDriver;
import io.github.logitops.memory.DeviceOutOfMemoryException;
import io.github.logitops.memory.DriverException;
import io.github.logitops.memory.LeakTracking;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.pool.DeviceStream;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;
import io.github.logitops.support.WatchedDriver;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tensors and streams: when memory is free again, and what a use after close says. */
class LifetimeTest {
    private static final Shape SHAPE = Shape.of(4);

    private final HostDriver host = new HostDriver();
    private final WatchedDriver driver = new WatchedDriver(host);
    private final LogitOps ops = open(LeakTracking.SITES);

    @Test
    void cachedMemoryIsReusedWithoutWaitingOnTheHost() {
        WatchedDriver slow = new WatchedDriver(host);
        slow.beSlow();
        OpenOptions options = OpenOptions.defaults().withMemoryLimitBytes(4096);
        try (LogitOps caching = Sessions.over(slow, new CpuExecutor(host), options);
                Stream first = caching.newStream();
                Stream second = caching.newStream()) {
            Tensor tensor = caching.upload(new float[200], DType.F32, Shape.of(200), first);
            long address = tensor.address();
            tensor.close();
            try (Tensor next = caching.empty(DType.F32, Shape.of(220))) { // of the same size class
                assertEquals(address, next.address());
                next.upload(new float[220], first);
                assertEquals(List.of(), slow.waits(), "the same stream is in order anyway");
                next.upload(new float[220], second);
                assertEquals(List.of(second.handle() + " waits for " + first.handle()), slow.waits());
                assertEquals(1024, caching.memoryStatistics().bytesInUse());
            }
            assertEquals(0, caching.memoryStatistics().bytesInUse());
            assertEquals(1024, caching.memoryStatistics().heldBytes());
            caching.empty(DType.F32, Shape.of(1000)).close(); // does not fit beside it: the cache makes room
            assertEquals(4096, caching.memoryStatistics().heldBytes());
        }
        slow.assertNothingHeld();
    }

    @Test
    void reuseForgetsWhatIsDone() {
        WatchedDriver quick = new WatchedDriver(host);
        try (LogitOps caching = Sessions.over(quick, new CpuExecutor(host), OpenOptions.defaults());
                Stream stream = caching.newStream()) {
            for (int i = 0; i < 100; i++) {
                caching.upload(new float[4], DType.F32, SHAPE, stream).close();
            }
            assertTrue(quick.eventsHeld() < 10, "events pile up: " + quick.eventsHeld());
            for (int i = 0; i < 20; i++) {
                caching.softmax().forward(new float[4], SHAPE); // on a stream of its own
            }
            assertTrue(
                    quick.waits().size() < 10,
                    "streams wait for work long done: " + quick.waits().size());
        }
        quick.assertNothingHeld();
    }

    @Test
    void callsOnHostArraysTakeTurnsWithAStream() throws Exception {
        float[] values = new float[4];
        for (int i = 0; i < 3; i++) {
            ops.softmax().forward(values, SHAPE);
            assertEquals(1, driver.streamsHeld());
        }
        try (Stream stream = ops.newStream()) {
            assertEquals(2, driver.streamsHeld(), "a stream of the user's is made for him");
            driver.whenSynchronizing(
                    1,
                    () -> { // in the midst of a call
                        ops.softmax().forward(values, SHAPE);
                        assertEquals(3, driver.streamsHeld());
                        return null;
                    });
            ops.softmax().forward(values, SHAPE);
            assertEquals(3, driver.streamsHeld());
            stream.synchronize();
        }
        assertEquals(2, driver.streamsHeld());
        ops.close();
        driver.assertNothingHeld();
    }

    @Test
    void aStreamWhoseWorkMayGoOnIsNotForTheNextCall() {
        float[] values = new float[4];
        driver.whenSynchronizing(
                1,
                () -> { // in the download
                    driver.whenSynchronizing(
                            1,
                            () -> { // in the close
                                throw new DriverException("thrown by a test");
                            });
                    return null;
                });
        assertThrows(AssertionError.class, () -> ops.softmax().forward(values, SHAPE));
        assertEquals(1, driver.streamsHeld());
        ops.softmax().forward(values, SHAPE);
        assertEquals(2, driver.streamsHeld());
        ops.close();
        driver.assertNothingHeld();
    }

    @Test
    void aStreamWaitsForAnotherOnTheDevice() {
        try (Stream first = ops.newStream();
                Stream second = ops.newStream()) {
            driver.beSlow();
            second.waitFor(first);
            assertEquals(List.of(second.handle() + " waits for " + first.handle()), driver.waits());
            assertEquals(0, driver.eventsHeld());
        }
    }

    @Test
    void opsOnAClosedStreamAreRefused() {
        Stream stream = ops.newStream();
        try (Tensor tensor = ops.upload(new float[4], DType.F32, SHAPE, stream)) {
            stream.close();
            IllegalStateException e = assertThrows(
                    IllegalStateException.class, () -> ops.softmax().forward(tensor, tensor, stream));
            assertTrue(e.getMessage().startsWith("stream: used after close: "), e.getMessage());
        }
        assertEquals(0, ops.memoryStatistics().liveTensors());
    }

    @Test
    void aDownloadThatWaitsDoesNotHoldUpAnotherThreadsUpload() throws Exception {
        CountDownLatch waiting = new CountDownLatch(1);
        CountDownLatch uploaded = new CountDownLatch(1);
        try (Stream first = ops.newStream();
                Stream second = ops.newStream();
                Tensor one = ops.empty(DType.F32, SHAPE);
                Tensor other = ops.empty(DType.F32, SHAPE)) {
            driver.whenSynchronizing(first.handle(), () -> {
                waiting.countDown();
                assertTrue(uploaded.await(10, TimeUnit.SECONDS), "the upload waits for the download");
                return null;
            });
            CompletableFuture<float[]> download = CompletableFuture.supplyAsync(() -> one.download(first));
            assertTrue(waiting.await(10, TimeUnit.SECONDS));
            other.upload(new float[4], second);
            uploaded.countDown();
            assertEquals(4, download.get(10, TimeUnit.SECONDS).length);
        }
    }

    @Test
    void aStreamOfOthersIsUsedAndLeftAlone() {
        long theirs = driver.createStream();
        try (Stream stream = ops.wrapStream(theirs);
                Tensor tensor = ops.upload(new float[4], DType.F32, SHAPE, stream)) {
            assertEquals(theirs, stream.handle());
            assertEquals(4, tensor.download(stream).length);
        }
        driver.destroyStream(theirs); // which they can only do if nobody did
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> ops.wrapStream(1L << 40));
        assertTrue(e.getMessage().startsWith("wrapStream: not a stream of this device: handle=0x10000000000, device="));
    }

    private LogitOps open(LeakTracking tracking) {
        OpenOptions options = OpenOptions.defaults()
                .withLeakTracking(tracking)
                .withMemoryLimitBytes(1000)
                .withCacheLimitBytes(0);
        return Sessions.over(driver, new CpuExecutor(host), options);
    }

    @AfterEach
    void closeAll() {
        ops.close();
        driver.assertNothingHeld();
    }

    @Test
    void memoryIsFreeOnlyWhenTheStreamsThatUsedItAreDone() {
        driver.beSlow();
        try (Stream first = ops.newStream();
                Stream second = ops.newStream()) {
            Tensor tensor = ops.upload(new float[4], DType.F32, SHAPE, first);
            ops.softmax().forward(tensor, tensor, second);
            tensor.close();
            assertEquals(16, driver.bytesHeld(), "both streams still work");
            first.synchronize();
            ops.empty(DType.F32, SHAPE).close(); // any call that allocates or closes looks again
            assertEquals(16, driver.bytesHeld(), "the second stream still works");
            second.synchronize();
            ops.empty(DType.F32, SHAPE).close();
            assertEquals(0, driver.bytesHeld());
        }
    }

    @Test
    void streamsAndTensorsMayBeClosedInAnyOrder() {
        driver.beSlow();
        Stream first = ops.newStream();
        Stream second = ops.newStream();
        Tensor early = ops.upload(new float[4], DType.F32, SHAPE, first);
        Tensor late = ops.upload(new float[4], DType.F32, SHAPE, first);
        ops.softmax().forward(early, late, second);
        early.close();
        second.close();
        first.close();
        late.close();
        assertEquals(0, ops.memoryStatistics().bytesInUse());
        late.close();
        first.close();
    }

    @Test
    void aFullMemoryWaitsForClosedTensorsBeforeItGivesUp() {
        driver.beSlow();
        try (Stream stream = ops.newStream()) {
            ops.upload(new float[200], DType.F32, Shape.of(200), stream).close();
            assertEquals(800, driver.bytesHeld());
            ops.empty(DType.F32, Shape.of(200)).close();
        }
        try (Tensor held = ops.empty(DType.F32, Shape.of(200))) {
            assertNotNull(held);
            DeviceOutOfMemoryException e =
                    assertThrows(DeviceOutOfMemoryException.class, () -> ops.empty(DType.F32, Shape.of(51)));
            assertEquals(204, e.requestedBytes());
            assertEquals(800, e.inUseBytes());
            assertEquals(
                    "allocate: over the session's memory limit of 1000 bytes: requestedBytes=204, inUseBytes=800",
                    e.getMessage());
        }
    }

    @Test
    void aUseAfterCloseNamesTheTensorAndThePlace() {
        try (Stream stream = ops.newStream()) {
            Tensor tensor = ops.empty(DType.F32, SHAPE);
            closeHere(tensor);
            IllegalStateException e = assertThrows(IllegalStateException.class, () -> tensor.download(stream));
            assertTrue(
                    e.getMessage().startsWith("tensor: used after close: tensor=#1 F32[4], closedAt="), e.getMessage());
            assertTrue(
                    Arrays.stream(e.getCause().getStackTrace())
                            .anyMatch(frame -> frame.getMethodName().equals("closeHere")),
                    "the cause is the closing");
        }
    }

    @Test
    void withoutTrackingAUseAfterCloseSaysSo() {
        try (LogitOps plain = open(LeakTracking.OFF)) {
            Tensor tensor = plain.empty(DType.F32, SHAPE);
            tensor.close();
            IllegalStateException e = assertThrows(IllegalStateException.class, tensor::address);
            assertEquals(
                    "tensor: used after close: tensor=#1 F32[4], closedAt=unknown (leakTracking=OFF)", e.getMessage());
        }
    }

    @Test
    void aClosedStreamAndAClosedSessionSaySo() {
        Stream stream = ops.newStream();
        stream.close();
        IllegalStateException e = assertThrows(IllegalStateException.class, stream::synchronize);
        assertTrue(e.getMessage().startsWith("stream: used after close: stream="), e.getMessage());
        ops.close();
        IllegalStateException session = assertThrows(IllegalStateException.class, ops::newStream);
        assertTrue(
                session.getMessage()
                        .startsWith("session: used after close: closedAt=" + LifetimeTest.class.getName() + ".a"),
                session.getMessage());
    }

    private static void closeHere(Tensor tensor) {
        tensor.close();
    }

    @Test
    void tensorsOfAnotherSessionAreRefused() {
        try (LogitOps other = open(LeakTracking.OFF);
                Stream stream = other.newStream();
                Tensor tensor = ops.empty(DType.F32, SHAPE)) {
            assertThrows(IllegalArgumentException.class, () -> tensor.upload(new float[4], stream));
            IllegalArgumentException e = assertThrows(
                    IllegalArgumentException.class, () -> ops.softmax().forward(tensor, tensor, stream));
            assertEquals(
                    "softmax.forward: tensors and stream must come from one session: tensor=#1 F32[4], stream="
                            + stream,
                    e.getMessage());
            LogSumExp op = ops.logSumExp();
            assertEquals(
                    "logSumExp: op and stream must come from one session: stream=" + stream,
                    assertThrows(IllegalArgumentException.class, () -> op.newResult(DType.F32, SHAPE, stream))
                            .getMessage());
        }
    }

    @Test
    void everythingIsClosedAndTheFirstFailureIsThrown() {
        boolean[] closed = new boolean[3];
        IllegalStateException one = new IllegalStateException("one");
        IllegalStateException two = new IllegalStateException("two");
        List<AutoCloseable> resources = List.of(
                () -> {
                    closed[0] = true;
                    throw one;
                },
                () -> closed[1] = true,
                () -> {
                    closed[2] = true;
                    throw two;
                });
        assertSame(one, assertThrows(IllegalStateException.class, () -> Resources.closeAll(resources)));
        assertArrayEquals(new boolean[] {true, true, true}, closed);
        assertSame(two, one.getSuppressed()[0]);
    }

    @Test
    void errorsOfTheVirtualMachineStopNoClosing() {
        OutOfMemoryError error = new OutOfMemoryError("thrown by a test");
        boolean[] closed = new boolean[1];
        List<AutoCloseable> resources = List.of(
                () -> {
                    throw error;
                },
                () -> closed[0] = true);
        assertSame(error, assertThrows(OutOfMemoryError.class, () -> Resources.closeAll(resources)));
        assertTrue(closed[0]);
        try (Tensor made = ops.empty(DType.F32, SHAPE)) {
            assertThrows(
                    OutOfMemoryError.class,
                    () -> Resources.filled(made, tensor -> {
                        throw error;
                    }));
            assertEquals(0, ops.memoryStatistics().liveTensors());
        }
    }

    @Test
    void aCheckThatFailsBadlyKeepsNoOtherFromRunning() {
        boolean[] ran = new boolean[1];
        try (Stream stream = ops.newStream()) {
            DeviceStream.of(stream).addCheck(settled -> {
                throw new OutOfMemoryError("thrown by a test");
            });
            DeviceStream.of(stream).addCheck(settled -> ran[0] = true);
            assertThrows(OutOfMemoryError.class, stream::synchronize);
            assertTrue(ran[0]);
        }
    }
}
