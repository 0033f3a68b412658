package io.github.logitops.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.spi.ILoggingEvent;
import io.github.logitops.CrossEntropyResult;
import io.github.logitops.LogitOps;
import io.github.logitops.OpenOptions;
import io.github.logitops.Sessions;
import io.github.logitops.cpu.CpuExecutor;
import io.github.logitops.cpu.HostDriver;
import io.github.logitops.memory.DriverException;
import io.github.logitops.memory.LeakTracking;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;
import io.github.logitops.support.Reports;
import io.github.logitops.support.WatchedDriver;
import java.lang.ref.Reference;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What nobody closed is reported, with the place that made it, and given back. */
class LeakReportsTest {
    private static final Shape SHAPE = Shape.of(4);

    private final HostDriver host = new HostDriver();
    private final WatchedDriver driver = new WatchedDriver(host);
    private final Reports captured = new Reports();
    private final List<ILoggingEvent> reports = captured.events();

    @AfterEach
    void nothingIsHeld() {
        captured.close();
        driver.assertNothingHeld();
    }

    @Test
    void closingTheSessionReportsAndFreesWhatWasLeftOpen() {
        LogitOps ops = open();
        Tensor tensor = leakATensorHere(ops);
        Stream stream = ops.newStream();
        ops.close();
        Reference.reachabilityFence(tensor);
        Reference.reachabilityFence(stream);
        assertEquals(2, reports.size(), reports.toString());
        assertReport("stream#\\d+ was not closed before its session, made at .*", "closingTheSession", 0);
        assertReport("#1 F32\\[4] was not closed before its session, made at .*", "leakATensorHere", 1);
    }

    @Test
    void aTensorOutOfReachIsReportedAndFreed() {
        try (LogitOps ops = open()) {
            leakATensorHere(ops);
            collectUntil(() -> ops.memoryStatistics().liveTensors() == 0);
            assertEquals(0, driver.bytesHeld());
            assertReport("#1 F32\\[4] was never closed and is out of reach, made at .*", "leakATensorHere", 0);
        }
    }

    @Test
    void aStreamOutOfReachIsReportedAndGivenBack() {
        try (LogitOps ops = open();
                Tensor used = ops.empty(DType.F32, SHAPE)) {
            leakAStreamHere(ops, used);
            collectUntil(() -> driver.streamsHeld() == 0);
            assertReport("stream#\\d+ was never closed and is out of reach, made at .*", "leakAStreamHere", 0);
        }
        assertEquals(1, reports.size(), "the session has nothing to add: " + reports);
    }

    @Test
    void aLabelErrorOnAStreamOutOfReachIsNotLost() {
        try (LogitOps ops = open()) {
            leakALabelErrorHere(ops);
            collectUntil(() -> reports.size() >= 2);
            assertReport("stream#\\d+ was never closed and is out of reach, made at .*", "leakALabelErrorHere", 0);
            assertEquals(
                    "crossEntropy: label out of range: row=0, label=7, classes=4, ignoreIndex=-100",
                    reports.get(1).getThrowableProxy().getMessage());
            assertEquals(0, ops.memoryStatistics().liveTensors());
        }
    }

    /** Whoever closed it knows: the failure was thrown there. */
    @Test
    void aStreamWhoseClosingWasRefusedIsClosedWithTheSessionAndNoLeak() {
        LogitOps ops = open();
        Stream stream = ops.newStream();
        driver.refuse(1);
        assertThrows(DriverException.class, stream::close);
        assertTrue(stream.isOpen());
        ops.close();
        assertFalse(stream.isOpen());
        assertEquals(List.of(), reports);
    }

    @Test
    void aStreamOfOthersOutOfReachIsReportedAndLeftAlone() {
        long theirs = driver.createStream();
        try (LogitOps ops = open()) {
            wrapAStreamHere(ops, theirs);
            collectUntil(() -> !reports.isEmpty());
            assertReport("stream#\\d+ was never closed and is out of reach, made at .*", "wrapAStreamHere", 0);
        }
        driver.destroyStream(theirs);
    }

    @Test
    void aSessionOutOfReachIsReportedAndClosed() {
        openHere();
        collectUntil(driver::isClosed);
        assertReport("session on CPU.* was never closed and is out of reach, made at .*", "open(", 0);
        assertEquals(1, reports.size(), reports.toString());
    }

    @Test
    void aStreamOfOthersKeepsNoSessionOpenThatIsOutOfReach() {
        long theirs = driver.createStream();
        wrapAStreamHere(open(), theirs);
        collectUntil(driver::isClosed);
        assertEquals(2, reports.size(), reports.toString());
        driver.destroyStream(theirs);
    }

    @Test
    void whatIsLeftOfASessionOutOfReachLivesOn() {
        try (Stream stream = newStreamOfASessionHere()) {
            collectUntil(() -> !reports.isEmpty());
            stream.synchronize();
            assertFalse(driver.isClosed());
        }
        assertTrue(driver.isClosed(), "with the last of its streams and tensors");
        assertEquals(1, reports.size(), reports.toString());
    }

    private LogitOps open() {
        OpenOptions options =
                OpenOptions.defaults().withLeakTracking(LeakTracking.SITES).withCacheLimitBytes(0);
        return Sessions.over(driver, new CpuExecutor(host), options);
    }

    private void openHere() {
        open().softmax().forward(new float[4], SHAPE);
    }

    private Stream newStreamOfASessionHere() {
        return open().newStream();
    }

    private static Tensor leakATensorHere(LogitOps ops) {
        return ops.empty(DType.F32, SHAPE);
    }

    private static void leakAStreamHere(LogitOps ops, Tensor used) {
        used.upload(new float[4], ops.newStream());
    }

    private static void leakALabelErrorHere(LogitOps ops) {
        Stream stream = ops.newStream();
        try (Tensor x = ops.empty(DType.F32, Shape.of(1, 4));
                Tensor y = ops.labels(new int[] {7}, stream);
                CrossEntropyResult result =
                        ops.crossEntropy(CrossEntropyOptions.defaults()).forward(x, y, stream)) {
            assertEquals(4, result.loss().bytes());
        }
    }

    private static void wrapAStreamHere(LogitOps ops, long handle) {
        ops.wrapStream(handle);
    }

    private void assertReport(String message, String maker, int index) {
        ILoggingEvent report = reports.get(index);
        assertTrue(report.getFormattedMessage().matches(message), report.getFormattedMessage());
        assertTrue(report.getFormattedMessage().contains(LeakReportsTest.class.getName() + "." + maker), maker);
    }

    private static void collectUntil(BooleanSupplier done) {
        for (int i = 0; i < 500 && !done.getAsBoolean(); i++) {
            System.gc();
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        assertTrue(done.getAsBoolean(), "the garbage collector did not get there");
    }
}
