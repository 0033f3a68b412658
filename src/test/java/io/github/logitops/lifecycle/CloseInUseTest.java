package io.github.logitops.lifecycle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.CrossEntropyGradient;
import io.github.logitops.LogitOps;
import io.github.logitops.OpenOptions;
import io.github.logitops.Sessions;
import io.github.logitops.cpu.CpuExecutor;
import io.github.logitops.cpu.HostDriver;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.pool.DeviceStream;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;
import io.github.logitops.support.Reports;
import io.github.logitops.support.WatchedDriver;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

/** One thread closes what a call of another one uses: the call goes on as if nobody had, and what comes later is refused. */
@Timeout(60)
class CloseInUseTest {
    private static final Shape SHAPE = Shape.of(4);
    private static final float[] VALUES = {1, 2, 3, 4};
    private static final Executor THREADS = task -> new Thread(task).start(); // the common pool may have but one

    private final HostDriver host = new HostDriver();
    private final WatchedDriver driver = new WatchedDriver(host);
    private final LogitOps ops =
            Sessions.over(driver, new CpuExecutor(host), OpenOptions.defaults().withCacheLimitBytes(0));

    @Test
    void closingTheSessionWaitsForACall() throws Exception {
        Stream stream = ops.newStream();
        Tensor tensor = ops.upload(VALUES, DType.F32, SHAPE, stream);
        CompletableFuture<Void> close = new CompletableFuture<>();
        inTheMidstOfADownload(stream, () -> {
            startClosing(ops, close);
            awaitRefusal(() -> ops.empty(DType.F32, SHAPE).close());
            assertFalse(close.isDone());
            assertEquals(16, driver.bytesHeld());
        });
        try (Reports reports = new Reports()) {
            assertArrayEquals(VALUES, tensor.download(stream));
            close.get(10, TimeUnit.SECONDS);
            assertEquals(2, reports.events().size(), "tensor and stream were not closed: " + reports.events());
        }
        driver.assertNothingHeld();
        assertRefused("session: closed while in use: tensor=#1 F32[4], closedAt=", () -> tensor.download(stream));
        assertRefused("session: closed while in use: stream=1, closedAt=", stream::synchronize);
        assertRefused("session: used after close: closedAt=", ops::newStream);
        tensor.close();
        stream.close();
        ops.close();
    }

    @Test
    void aCallOnHostArraysIsNoLeakOfTheSessionThatIsClosedMeanwhile() throws Exception {
        CompletableFuture<Void> close = new CompletableFuture<>();
        driver.whenSynchronizing(
                1,
                () -> { // the call's own stream
                    startClosing(ops, close);
                    awaitRefusal(() -> ops.empty(DType.F32, SHAPE).close());
                    return null;
                });
        try (Reports reports = new Reports()) {
            CrossEntropyGradient<float[]> result = ops.crossEntropy(CrossEntropyOptions.defaults())
                    .forwardBackward(new float[4], new int[] {2}, Shape.of(1, 4));
            assertEquals(Math.log(4), result.loss(), 1e-6);
            assertArrayEquals(new float[] {.25f, .25f, -.75f, .25f}, result.gradient());
            close.get(10, TimeUnit.SECONDS);
            assertEquals(List.of(), reports.events());
        }
        driver.assertNothingHeld();
    }

    @Test
    void aTensorThatIsClosedWhileItsSessionIsBeingClosedIsNoLeak() throws Exception {
        Tensor tensor = ops.empty(DType.F32, SHAPE);
        CompletableFuture<Void> close = new CompletableFuture<>();
        driver.whenSynchronizing(1, () -> {
            startClosing(ops, close);
            awaitRefusal(() -> ops.warmUp(DType.F32, Axis.LAST));
            tensor.close();
            return null;
        });
        try (Reports reports = new Reports()) {
            ops.softmax().forward(new float[4], Shape.of(1, 4));
            close.get(10, TimeUnit.SECONDS);
            assertEquals(List.of(), reports.events());
        }
        driver.assertNothingHeld();
    }

    @Test
    void closingAStreamWaitsForACall() throws Exception {
        Stream stream = ops.newStream();
        CompletableFuture<Void> close = new CompletableFuture<>();
        try (Tensor tensor = ops.upload(VALUES, DType.F32, SHAPE, stream)) {
            inTheMidstOfADownload(stream, () -> {
                startClosing(stream, close);
                IllegalStateException refusal = awaitRefusal(stream::synchronize);
                String message = refusal.getMessage();
                assertTrue(message.startsWith("stream: closed while in use: stream=1, closedAt="), message);
                assertFalse(close.isDone());
                assertEquals(1, driver.streamsHeld());
            });
            assertArrayEquals(VALUES, tensor.download(stream));
            close.get(10, TimeUnit.SECONDS);
            assertEquals(0, driver.streamsHeld());
            assertRefused("stream: used after close: stream=1, closedAt=", () -> tensor.download(stream));
        }
        ops.close();
        driver.assertNothingHeld();
    }

    @Test
    void aTensorThatIsClosedInACallStaysToItsEnd() {
        try (Stream stream = ops.newStream()) {
            Tensor tensor = ops.upload(VALUES, DType.F32, SHAPE, stream);
            inTheMidstOfADownload(stream, () -> {
                CompletableFuture.runAsync(tensor::close, THREADS).join();
                assertEquals(0, ops.memoryStatistics().liveTensors());
                assertEquals(16, driver.bytesHeld());
                assertRefused("tensor: used after close: tensor=#1 F32[4], closedAt=", () -> tensor.useOn(stream));
            });
            assertArrayEquals(VALUES, tensor.download(stream));
            assertEquals(0, driver.bytesHeld(), "freed by the call's end");
            assertRefused("tensor: used after close: tensor=#1 F32[4], closedAt=", tensor::address);
        }
        ops.close();
        driver.assertNothingHeld();
    }

    @Test
    void aStreamThatCannotBeClosedGoesOn() {
        Stream stream = ops.newStream();
        driver.refuse(1);
        assertEquals(
                "synchronize refused",
                assertThrows(RuntimeException.class, stream::close).getMessage());
        stream.synchronize();
        stream.close();
        ops.close();
        driver.assertNothingHeld();
    }

    @Test
    void aCallThatClosesWhatItIsOnIsRefused() {
        Stream stream = ops.newStream();
        stream.during(() -> {
            assertRefused("stream: close called within one of its own calls: stream=1", stream::close);
            assertRefused("session: close called within one of its own calls: device=CPU", ops::close);
        });
        try (Reports reports = new Reports()) {
            ops.close();
            assertEquals(1, reports.events().size(), "a close that was refused is none");
        }
        driver.assertNothingHeld();
    }

    @Test
    void closingAStreamWaitsForItsSessionsClose() throws Exception {
        long theirs = driver.createStream();
        Stream stream = ops.newStream();
        Stream wrapped = ops.wrapStream(theirs);
        CompletableFuture<Void> session = new CompletableFuture<>();
        CompletableFuture<Void> ofStream = new CompletableFuture<>();
        try (Reports reports = new Reports()) {
            driver.whenSynchronizing(stream.handle(), () -> {
                startClosing(ops, session);
                awaitRefusal(() -> ops.empty(DType.F32, SHAPE).close());
                startClosing(wrapped, ofStream);
                return null;
            });
            stream.synchronize();
            ofStream.get(10, TimeUnit.SECONDS);
            assertFalse(wrapped.isOpen(), "its owner may destroy it now");
            session.get(10, TimeUnit.SECONDS);
            assertEquals(2, reports.events().size());
        }
        driver.destroyStream(theirs);
        driver.assertNothingHeld();
    }

    @Test
    void aStreamOfAnotherSessionAndAClosedOneAreRefused() {
        try (LogitOps other = Sessions.over(new HostDriver(), new CpuExecutor(host), OpenOptions.defaults());
                Tensor tensor = ops.empty(DType.F32, SHAPE)) {
            Stream stream = other.newStream();
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> tensor.useOn(stream));
            assertEquals(
                    "useOn: tensor and stream must come from one session: tensor=#1 F32[4], stream=stream#1",
                    e.getMessage());
            stream.close();
            assertRefused(
                    "stream: used after close: stream=1, closedAt=",
                    () -> DeviceStream.of(stream).addCheck(settled -> {}));
        }
        ops.close();
    }

    @Test
    void twoThreadsMayCloseTheSame() throws Exception {
        Stream stream = ops.newStream();
        CompletableFuture<Void> first = new CompletableFuture<>();
        CompletableFuture<Void> second = new CompletableFuture<>();
        driver.whenSynchronizing(stream.handle(), () -> {
            startClosing(stream, second);
            return null;
        });
        startClosing(stream, first);
        first.get(10, TimeUnit.SECONDS);
        second.get(10, TimeUnit.SECONDS);
        ops.close();
        driver.assertNothingHeld();
    }

    private void inTheMidstOfADownload(Stream stream, Runnable body) {
        driver.whenSynchronizing(stream.handle(), () -> {
            body.run();
            return null;
        });
    }

    private static void startClosing(AutoCloseable closed, CompletableFuture<Void> done) {
        new Thread(() -> {
                    try {
                        closed.close();
                        done.complete(null);
                    } catch (Exception e) {
                        done.completeExceptionally(e);
                    }
                })
                .start();
    }

    /** Has another thread try until it is refused: then a close has begun. */
    private static IllegalStateException awaitRefusal(Runnable call) {
        while (true) {
            try {
                CompletableFuture.runAsync(call, THREADS).join();
            } catch (CompletionException e) {
                return assertInstanceOf(IllegalStateException.class, e.getCause());
            }
        }
    }

    private static void assertRefused(String start, Executable call) {
        IllegalStateException e = assertThrows(IllegalStateException.class, call);
        assertTrue(e.getMessage().startsWith(start), e.getMessage());
    }
}
