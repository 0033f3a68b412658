package io.github.logitops.driver.jcuda;

import static jcuda.driver.CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES;
import static jcuda.driver.CUfunction_attribute.CU_FUNC_ATTRIBUTE_NON_PORTABLE_CLUSTER_SIZE_ALLOWED;
import static jcuda.driver.CUfunction_attribute.CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES;
import static jcuda.driver.JCudaDriver.cuFuncGetAttribute;
import static jcuda.driver.JCudaDriver.cuFuncSetAttribute;
import static jcuda.driver.JCudaDriver.cuModuleGetFunction;
import static jcuda.driver.JCudaDriver.cuModuleLoadDataEx;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import jcuda.Pointer;
import jcuda.driver.CUfunction;
import jcuda.driver.CUjit_option;
import jcuda.driver.CUmodule;

/** Has the driver compile PTX for its device, and finds kernels in what comes out. */
final class PtxModule {
    private static final int LOG_AT = 2 * Long.BYTES; // after the values of the two options
    private static final int LOG_BYTES = 8 << 10;
    private static final int IMAGE_AT = LOG_AT + LOG_BYTES;
    private static final int[] OPTIONS = {
        CUjit_option.CU_JIT_ERROR_LOG_BUFFER, CUjit_option.CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES
    };

    private PtxModule() {}

    /** How much memory loading needs, for the PTX and for what the driver has to say about it. */
    static int scratchBytes(byte[] ptx) {
        return IMAGE_AT + ptx.length + 1;
    }

    /** The handle of the new module. What the driver has against the PTX is part of the exception's message. */
    static long load(PrimaryContext context, String name, byte[] ptx, PinnedMemory scratch) {
        ByteBuffer bytes = scratch.bytes();
        bytes.putLong(0, scratch.address() + LOG_AT);
        bytes.putLong(Long.BYTES, LOG_BYTES);
        bytes.put(LOG_AT, (byte) 0);
        bytes.put(IMAGE_AT, ptx);
        bytes.put(IMAGE_AT + ptx.length, (byte) 0); // PTX is a C string to the driver
        CUmodule module = new CUmodule();
        Pointer image = Handles.hostAddress(scratch.address() + IMAGE_AT);
        Pointer values = Handles.hostAddress(scratch.address());
        int code = context.code(() -> cuModuleLoadDataEx(module, image, OPTIONS.length, OPTIONS, values));
        Cuda.require(code, "cuModuleLoadDataEx", () -> name + ", bytes=" + ptx.length + log(bytes));
        return Handles.raw(module);
    }

    /** The handle of a kernel, whose launches may ask for as much shared memory as a block can have. */
    static long function(PrimaryContext context, long module, String entry, int maxSharedBytes) {
        CUfunction function = new CUfunction();
        context.run(
                "cuModuleGetFunction",
                () -> cuModuleGetFunction(function, Handles.module(module), entry),
                () -> entry + ", module=" + Cuda.hex(module));
        allowSharedMemory(context, function, entry, maxSharedBytes);
        return Handles.raw(function);
    }

    /** Lets a kernel's clusters have more blocks than every device of their architecture has. */
    static void allowLargeClusters(PrimaryContext context, long function) {
        context.run(
                "cuFuncSetAttribute",
                () -> cuFuncSetAttribute(
                        Handles.function(function), CU_FUNC_ATTRIBUTE_NON_PORTABLE_CLUSTER_SIZE_ALLOWED, 1),
                () -> "function=" + Cuda.hex(function) + ", nonPortableClusterSizeAllowed=1");
    }

    /** Lets launches ask for all the shared memory that the kernel's variables leave: without this, for 48 KiB. */
    private static void allowSharedMemory(
            PrimaryContext context, CUfunction function, String entry, int maxSharedBytes) {
        int[] own = new int[1];
        context.run(
                "cuFuncGetAttribute",
                () -> cuFuncGetAttribute(own, CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES, function),
                () -> entry);
        int left = maxSharedBytes - own[0];
        context.run(
                "cuFuncSetAttribute",
                () -> cuFuncSetAttribute(function, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, left),
                () -> entry + ", bytes=" + left);
    }

    /** The driver's log in one line. */
    private static String log(ByteBuffer bytes) {
        byte[] log = new byte[LOG_BYTES];
        bytes.get(LOG_AT, log);
        int length = 0;
        while (length < LOG_BYTES && log[length] != 0) {
            length++;
        }
        String text = new String(log, 0, length, StandardCharsets.UTF_8);
        return text.isBlank()
                ? ""
                : text.lines()
                        .map(String::strip)
                        .filter(line -> !line.isEmpty())
                        .collect(Collectors.joining("; ", ": ", ""));
    }
}
