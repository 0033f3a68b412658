package io.github.logitops.driver.jcuda;

import static jcuda.driver.JCudaDriver.cuMemAllocHost;
import static jcuda.driver.JCudaDriver.cuMemFreeHost;

import java.nio.ByteBuffer;
import jcuda.Pointer;

/** Page-locked host memory: what copies are fast from, and the only host memory whose address JCuda tells. */
final class PinnedMemory implements AutoCloseable {
    private final PrimaryContext context;
    private final ByteBuffer bytes;
    private final long address;

    private PinnedMemory(PrimaryContext context, ByteBuffer bytes, long address) {
        this.context = context;
        this.bytes = bytes;
        this.address = address;
    }

    static PinnedMemory allocate(PrimaryContext context, int bytes) {
        Pointer pointer = new Pointer();
        context.run("cuMemAllocHost", () -> cuMemAllocHost(pointer, bytes), () -> "bytes=" + bytes);
        return new PinnedMemory(context, pointer.getByteBuffer(), Handles.raw(pointer));
    }

    /** All of it, in native order; the same object each time. */
    ByteBuffer bytes() {
        return bytes;
    }

    long address() {
        return address;
    }

    @Override
    public void close() {
        context.run(
                "cuMemFreeHost",
                () -> cuMemFreeHost(Handles.hostAddress(address)),
                () -> "address=" + Cuda.hex(address) + ", bytes=" + bytes.capacity());
    }
}
