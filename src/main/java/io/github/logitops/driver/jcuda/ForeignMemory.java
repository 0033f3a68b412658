package io.github.logitops.driver.jcuda;

import static jcuda.driver.JCudaDriver.cuMemGetAddressRange;
import static jcuda.driver.JCudaDriver.cuPointerGetAttribute;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.IntSupplier;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUpointer_attribute;
import jcuda.driver.CUresult;

/** An address that somebody claims is memory of the device. Whatever it is, asking the driver about it does no harm. */
record ForeignMemory(PrimaryContext context, long address) {
    /** Whether kernels reach this many bytes from the address on, by that address, in one allocation. */
    boolean holds(long bytes) {
        return isReached() && (allocationHolds(bytes) || reservationHolds(bytes));
    }

    private boolean isReached() {
        Long reachedBy = attribute(CUpointer_attribute.CU_POINTER_ATTRIBUTE_DEVICE_POINTER);
        return reachedBy != null && reachedBy == address;
    }

    private boolean allocationHolds(long bytes) {
        CUdeviceptr start = new CUdeviceptr();
        long[] size = new long[1];
        return knows("cuMemGetAddressRange", () -> cuMemGetAddressRange(start, size, Handles.deviceAddress(address)))
                && rangeHolds(Handles.raw(start), size[0], bytes);
    }

    /** Memory that can grow is mapped piece by piece into one reservation, and each piece counts as an allocation. */
    private boolean reservationHolds(long bytes) {
        Long start = attribute(CUpointer_attribute.CU_POINTER_ATTRIBUTE_RANGE_START_ADDR);
        Long size = attribute(CUpointer_attribute.CU_POINTER_ATTRIBUTE_RANGE_SIZE);
        return start != null
                && size != null
                && rangeHolds(start, size, bytes)
                && new ForeignMemory(context, address + Math.max(0, bytes - 1)).isReached();
    }

    private boolean rangeHolds(long start, long size, long bytes) {
        long offset = address - start;
        return offset >= 0 && bytes <= size - offset;
    }

    /** What the driver says, or null if it does not know this address. */
    private Long attribute(int attribute) {
        ByteBuffer value = ByteBuffer.allocateDirect(Long.BYTES).order(ByteOrder.nativeOrder());
        return knows(
                        "cuPointerGetAttribute",
                        () -> cuPointerGetAttribute(Pointer.to(value), attribute, Handles.deviceAddress(address)))
                ? value.getLong(0)
                : null;
    }

    /** Whether the driver answers this question about the address; it refuses those that are not its own. */
    private boolean knows(String name, IntSupplier question) {
        int code = context.code(question);
        if (code == CUresult.CUDA_ERROR_INVALID_VALUE || code == CUresult.CUDA_ERROR_NOT_FOUND) {
            return false;
        }
        Cuda.require(code, name, () -> "address=" + Cuda.hex(address));
        return true;
    }
}
