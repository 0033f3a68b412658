package io.github.logitops.driver.jcuda;

import static jcuda.driver.JCudaDriver.cuCtxGetCurrent;
import static jcuda.driver.JCudaDriver.cuCtxPopCurrent;
import static jcuda.driver.JCudaDriver.cuCtxPushCurrent;
import static jcuda.driver.JCudaDriver.cuDevicePrimaryCtxRelease;
import static jcuda.driver.JCudaDriver.cuDevicePrimaryCtxRetain;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.driver.Graphs;
import io.github.logitops.driver.KernelArguments;
import io.github.logitops.driver.Launch;
import io.github.logitops.memory.DeviceOutOfMemoryException;
import io.github.logitops.memory.DriverException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import jcuda.driver.CUcontext;
import jcuda.driver.CUresult;
import org.junit.jupiter.api.function.Executable;

/** What JCudaDriver must do beside launches and memory, where CUDA is the stub of src/test/c/libcuda.c. StubMain runs every method without parameters. */
final class StubScenarios implements StubMain.Scenarios {
    static final byte[] PTX = ".version 7.0".getBytes(StandardCharsets.UTF_8);

    final JCudaDriver driver = JCudaDriver.open(0);
    private final StubLog log = new StubLog();

    @Override
    public void close() {
        driver.close();
    }

    void describesTheDevice() {
        assertEquals("Stub 0, compute capability 9.0, 1024 MiB, driver for CUDA 12.6", driver.device());
        assertEquals(90, driver.computeCapability());
    }

    void streamsBlockAndEventsTakeNoTime() {
        long stream = driver.createStream();
        long event = driver.createEvent();
        driver.recordEvent(event, stream);
        assertTrue(driver.isComplete(event));
        refuseNextButContext(CUresult.CUDA_ERROR_NOT_READY);
        assertFalse(driver.isComplete(event));
        driver.awaitEvent(event);
        driver.waitEvent(stream, event);
        driver.destroyEvent(event);
        driver.destroyStream(stream);
        assertEquals(
                List.of(
                        "cuStreamCreate 0",
                        "cuEventCreate 2",
                        "cuEventRecord",
                        "cuEventQuery",
                        "cuEventQuery -> 600",
                        "cuEventSynchronize",
                        "cuStreamWaitEvent 0",
                        "cuEventDestroy",
                        "cuStreamDestroy"),
                log.calls());
    }

    void timingEventsTakeTheTime() {
        long stream = driver.createStream();
        long start = driver.createTimingEvent();
        long end = driver.createTimingEvent();
        driver.recordEvent(start, stream);
        driver.recordEvent(end, stream);
        driver.awaitEvent(end);
        assertEquals(2.5f, driver.elapsedMillis(start, end));
        refuseNextButContext(CUresult.CUDA_ERROR_NOT_READY);
        assertFails(
                "cuEventElapsedTime failed: CUDA_ERROR_NOT_READY (600): start=" + Cuda.hex(start) + ", end="
                        + Cuda.hex(end),
                () -> driver.elapsedMillis(start, end));
        assertEquals(List.of("cuEventCreate 0", "cuEventCreate 0"), log.calls("cuEventCreate"));
    }

    void streamsOfOthersAreOnesOfThisContext() {
        long stream = driver.createStream();
        assertTrue(driver.isStream(stream));
        assertTrue(driver.isStream(0));
        assertFalse(driver.isStream(0xABC));
        driver.destroyStream(stream);
        assertFalse(driver.isStream(stream));
        refuseNextButContext(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS);
        assertFails("cuStreamGetCtx failed: CUDA_ERROR_ILLEGAL_ADDRESS (700): stream=0x0", () -> driver.isStream(0));
    }

    void errorsNameCallCodeAndArguments() {
        long stream = driver.createStream();
        long module = driver.loadModule("m", PTX);
        assertFails("cuMemAlloc failed: CUDA_ERROR_INVALID_VALUE (1): bytes=0", () -> driver.allocate(0));
        assertFails("cuMemFree failed: CUDA_ERROR_INVALID_VALUE (1): address=0xabc", () -> driver.free(0xABC));
        assertFails(
                "cuMemcpyHtoDAsync failed: CUDA_ERROR_INVALID_VALUE (1): address=0xabc, bytes=8, stream="
                        + Cuda.hex(stream),
                () -> driver.copyToDevice(0xABC, ByteBuffer.allocateDirect(8), stream));
        assertFails(
                "cuStreamSynchronize failed: CUDA_ERROR_INVALID_HANDLE (400): stream=0xabc",
                () -> driver.synchronize(0xABC));
        assertFails(
                "cuEventQuery failed: CUDA_ERROR_INVALID_HANDLE (400): event=0xabc", () -> driver.isComplete(0xABC));
        assertFails(
                "cuModuleGetFunction failed: CUDA_ERROR_NOT_FOUND (500): missing, module=" + Cuda.hex(module),
                () -> driver.function(module, "missing"));
        long function = driver.function(module, "k_l");
        assertFails(
                "cuLaunchKernel failed: CUDA_ERROR_INVALID_VALUE (1): k_l, grid=[7,1,1], block=[2048,1,1], shared=0",
                () -> driver.launch(new Launch(function, "k_l", 7, 2048, new KernelArguments().int64(1)), stream));
        refuseNextButContext(CUresult.CUDA_ERROR_OUT_OF_MEMORY);
        assertFails("cuMemAllocHost failed: CUDA_ERROR_OUT_OF_MEMORY (2): bytes=8", () -> driver.allocateHost(8));
        StubLog.refuse(1, CUresult.CUDA_ERROR_INVALID_CONTEXT);
        assertFails(
                "cuCtxPushCurrent failed: CUDA_ERROR_INVALID_CONTEXT (201): " + driver.device(), driver::createStream);
    }

    void eachCallLeavesTheThreadItsContext() {
        driver.createEvent();
        assertEquals(0, currentContext());
        cuCtxPushCurrent(Handles.set(new CUcontext(), 0xF00));
        driver.createEvent();
        assertThrows(DriverException.class, () -> driver.free(1));
        assertEquals(0xF00, currentContext());
        cuCtxPopCurrent(new CUcontext());

        CUcontext own = new CUcontext();
        cuDevicePrimaryCtxRetain(own, CudaDevice.find(0).handle());
        cuCtxPushCurrent(own);
        log.calls();
        driver.createEvent();
        assertEquals(
                List.of("cuCtxPushCurrent", "cuEventCreate 2", "cuCtxPopCurrent"),
                log.calls("cuCtxGetCurrent", "cuCtxPushCurrent", "cuEventCreate", "cuCtxPopCurrent"));
        assertEquals(Handles.raw(own), currentContext());
        cuCtxPopCurrent(new CUcontext());
        cuDevicePrimaryCtxRelease(CudaDevice.find(0).handle());
    }

    void worksIfOthersSwitchedJCudasExceptionsOn() {
        long event = driver.createEvent();
        jcuda.driver.JCudaDriver.setExceptionsEnabled(true);
        try {
            refuseNextButContext(CUresult.CUDA_ERROR_NOT_READY);
            assertFalse(driver.isComplete(event));
            assertFails("cuMemFree failed: CUDA_ERROR_INVALID_VALUE (1): address=0xabc", () -> driver.free(0xABC));
            assertThrows(DeviceOutOfMemoryException.class, () -> driver.allocate((1L << 30) + 1));
            assertFalse(driver.isAccessible(0xABC, 1));
        } finally {
            jcuda.driver.JCudaDriver.setExceptionsEnabled(false);
        }
    }

    void closeGivesBackWhatIsLeft() {
        JCudaDriver other = JCudaDriver.open(0);
        useAll(other);
        other.allocate(100);
        other.allocateHost(100);
        other.allocateHost(100);
        other.createEvent();
        other.createStream();
        other.loadModule("m", PTX);
        other.close();
        other.close();
        assertMessage(
                IllegalStateException.class,
                "CUDA driver: used after close: device=" + driver.device(),
                () -> other.allocate(1));
        assertEquals(List.of("cuDevicePrimaryCtxRelease 0 holding 0"), log.calls("cuDevicePrimaryCtxRelease"));
    }

    void aCloseWaitsForCallsOfOtherThreads() {
        JCudaDriver other = JCudaDriver.open(0);
        CountDownLatch begun = new CountDownLatch(8);
        List<CompletableFuture<Void>> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(CompletableFuture.runAsync(
                    () -> {
                        while (true) {
                            useAll(other);
                            begun.countDown();
                        }
                    },
                    task -> new Thread(task).start()));
        }
        assertTrue(await(begun));
        other.close();
        for (CompletableFuture<Void> thread : threads) {
            Throwable end =
                    assertThrows(CompletionException.class, thread::join).getCause();
            assertEquals("CUDA driver: used after close: device=" + driver.device(), end.getMessage());
        }
        assertEquals(List.of("cuDevicePrimaryCtxRelease 0 holding 0"), log.calls("cuDevicePrimaryCtxRelease"));
    }

    private static boolean await(CountDownLatch latch) {
        try {
            return latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    void aRefusedCallLeavesNothingBehind() {
        driver.close(); // so that the context ends with each driver, and is empty at the next one's start
        log.calls();
        int n = 0;
        do {
            StubLog.refuse(++n, CUresult.CUDA_ERROR_UNKNOWN);
            try {
                openUseClose();
            } catch (DriverException e) {
                assertTrue(e.getMessage().contains(" failed: CUDA_ERROR_UNKNOWN (999)"), e.getMessage());
            }
            List<String> calls = log.calls(
                    "cuDevicePrimaryCtxRetain",
                    "cuDevicePrimaryCtxRelease",
                    "cuMemFreeHost",
                    "cuModuleUnload",
                    "cuGraphDestroy",
                    "cuCtxPushCurrent");
            // What CUDA refuses to take back at the close stays until the context ends; nothing else does.
            boolean kept = List.of(
                            "cuMemFreeHost -> 999",
                            "cuModuleUnload -> 999",
                            "cuGraphDestroy -> 999",
                            "cuCtxPushCurrent -> 999")
                    .stream()
                    .anyMatch(calls::contains);
            String release = "cuDevicePrimaryCtxRelease 0 holding " + (kept ? "[01]" : "0");
            assertEquals(
                    calls.stream().filter("cuDevicePrimaryCtxRetain 0"::equals).count(),
                    calls.stream().filter(call -> call.matches(release)).count(),
                    "call " + n + ": " + calls);
            while (currentContext() != 0) { // where the pop was refused
                cuCtxPopCurrent(new CUcontext());
            }
        } while (StubLog.hasRefused());
        assertTrue(n > 80, "only " + n + " calls");
        StubLog.refuse(0, 0); // none
    }

    private static void openUseClose() {
        JCudaDriver driver = JCudaDriver.open(0);
        try {
            useAll(driver);
        } finally {
            try {
                driver.close();
            } catch (DriverException e) {
                driver.close();
            }
        }
    }

    /** Every call once, and gives everything back, unless a call fails. */
    private static void useAll(JCudaDriver driver) {
        long stream = driver.createStream();
        long event = driver.createEvent();
        long address = driver.allocate(256);
        ByteBuffer host = driver.allocateHost(256);
        long module = driver.loadModule("m", PTX);
        driver.copyToDevice(address, host, stream);
        driver.fill(address, (byte) 0, 256, stream);
        driver.isAccessible(address, 256);
        KernelArguments arguments = new KernelArguments().pointer(address);
        driver.launch(new Launch(driver.function(module, "k_p"), "k_p", 1, 1, arguments), stream);
        driver.copyOnDevice(address, address + 128, 128, stream);
        driver.copyToHost(host, address, stream);
        driver.isCapturing(stream);
        Graphs graphs = driver.graphs().orElseThrow();
        graphs.begin(stream);
        long graph = graphs.end(stream);
        graphs.replay(graph, stream);
        graphs.destroy(graph);
        driver.recordEvent(event, stream);
        driver.isComplete(event);
        driver.awaitEvent(event);
        driver.waitEvent(stream, event);
        driver.isStream(stream);
        driver.synchronize(stream);
        driver.freeHost(host);
        driver.free(address);
        driver.destroyEvent(event);
        long timing = driver.createTimingEvent();
        driver.recordEvent(timing, stream);
        driver.elapsedMillis(timing, timing);
        driver.destroyEvent(timing);
        driver.destroyStream(stream);
    }

    /** The call before it makes the context current. */
    static void refuseNextButContext(int code) {
        StubLog.refuse(2, code);
    }

    static void assertFails(String message, Executable call) {
        assertMessage(DriverException.class, message, call);
    }

    static void assertMessage(Class<? extends Exception> type, String message, Executable call) {
        assertEquals(message, assertThrows(type, call).getMessage());
    }

    private static long currentContext() {
        CUcontext current = new CUcontext();
        cuCtxGetCurrent(current);
        return Handles.raw(current);
    }
}
