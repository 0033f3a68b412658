package io.github.logitops.driver.jcuda;

import static io.github.logitops.driver.jcuda.StubScenarios.assertFails;
import static io.github.logitops.driver.jcuda.StubScenarios.assertMessage;
import static io.github.logitops.driver.jcuda.StubScenarios.refuseNextButContext;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.memory.DeviceOutOfMemoryException;
import io.github.logitops.memory.DriverException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import jcuda.driver.CUresult;

/** Memory and copies of JCudaDriver, on the stub. */
final class StubMemory implements StubMain.Scenarios {
    private final JCudaDriver driver = JCudaDriver.open(0);
    private final StubLog log = new StubLog();

    @Override
    public void close() {
        driver.close();
    }

    void copiesFromPositionToLimit() {
        long stream = driver.createStream();
        long address = driver.allocate(64);
        ByteBuffer host = driver.allocateHost(64);
        assertEquals(ByteOrder.nativeOrder(), host.order());
        host.putLong(8, 11).putLong(16, 22).position(8).limit(24);
        driver.copyToDevice(address + 32, host, stream);
        ByteBuffer slice = host.clear().slice(40, 24).position(8);
        driver.copyToHost(slice, address + 32, stream);
        driver.synchronize(stream);
        assertEquals(11, host.getLong(48));
        assertEquals(22, host.getLong(56));
        assertEquals(8, slice.position());
        assertEquals(
                List.of("cuMemcpyHtoDAsync 16", "cuMemcpyDtoHAsync 16"),
                log.calls("cuMemcpyHtoDAsync", "cuMemcpyDtoHAsync"));
    }

    void copiesOnlyDirectBuffers() {
        assertMessage(
                IllegalArgumentException.class,
                "cuMemcpyHtoDAsync: only direct buffers can be copied: buffer=java.nio.HeapByteBuffer[pos=0 lim=8 cap=8]",
                () -> driver.copyToDevice(0, ByteBuffer.allocate(8), 0));
        assertMessage(
                DriverException.class,
                "cuMemFreeHost: not a host buffer of this driver: buffer=java.nio.DirectByteBuffer[pos=0 lim=8 cap=8]",
                () -> driver.freeHost(ByteBuffer.allocateDirect(8)));
    }

    void copiesWithinTheDevice() {
        long stream = driver.createStream();
        long address = driver.allocate(64);
        ByteBuffer host = driver.allocateHost(64);
        host.putLong(0, 11);
        driver.copyToDevice(address, host, stream);
        driver.copyOnDevice(address + 40, address, 8, stream);
        driver.copyToHost(host, address, stream);
        assertEquals(11, host.getLong(40));
        driver.fill(address + 44, (byte) -1, 4, stream);
        driver.copyToHost(host, address, stream);
        assertEquals(11 - (1L << 32), host.getLong(40));
        assertFails(
                "cuMemsetD8Async failed: CUDA_ERROR_INVALID_VALUE (1): address=" + Cuda.hex(address)
                        + ", bytes=65, stream=" + Cuda.hex(stream),
                () -> driver.fill(address, (byte) 0, 65, stream));
        assertFails(
                "cuMemcpyDtoDAsync failed: CUDA_ERROR_INVALID_VALUE (1): address=" + Cuda.hex(address)
                        + ", source=0xabc, bytes=8, stream=" + Cuda.hex(stream),
                () -> driver.copyOnDevice(address, 0xABC, 8, stream));
    }

    void aFullDeviceSaysHowMuchIsHeld() {
        driver.allocate(1000);
        driver.free(driver.allocate(500));
        DeviceOutOfMemoryException e =
                assertThrows(DeviceOutOfMemoryException.class, () -> driver.allocate((1L << 30) + 1));
        assertEquals(
                "cuMemAlloc failed: CUDA_ERROR_OUT_OF_MEMORY (2): requestedBytes=1073741825, inUseBytes=1000",
                e.getMessage());
    }

    void accessibleIsWhatLiesInOneAllocation() {
        long address = driver.allocate(1024);
        assertTrue(driver.isAccessible(address, 1024));
        assertTrue(driver.isAccessible(address + 1000, 24));
        assertTrue(driver.isAccessible(address, 0));
        assertFalse(driver.isAccessible(address + 1000, 25));
        assertFalse(driver.isAccessible(address, Long.MAX_VALUE));
        assertFalse(driver.isAccessible(0, 1));
        assertFalse(driver.isAccessible(0xABC, 1));
        PrimaryContext context = PrimaryContext.retain(CudaDevice.find(0));
        try (PinnedMemory pinned = PinnedMemory.allocate(context, 256)) { // has a range, but not as an allocation
            assertTrue(driver.isAccessible(pinned.address() + 200, 56));
            assertFalse(driver.isAccessible(pinned.address() + 200, 57));
        }
        context.release();
        refuseNextButContext(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS);
        assertFails(
                "cuPointerGetAttribute failed: CUDA_ERROR_ILLEGAL_ADDRESS (700): address=" + Cuda.hex(address),
                () -> driver.isAccessible(address, 1));
    }
}
