package io.github.logitops.driver.jcuda;

import io.github.logitops.memory.DriverException;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import jcuda.CudaException;
import jcuda.driver.CUresult;

/** What calls of CUDA return, and the exceptions made of it. */
final class Cuda {
    private Cuda() {}

    /**
     * The result code of a call of JCuda, even if somebody else in this process had JCuda throw exceptions: that is one
     * switch for all, and never touched here.
     */
    static int code(IntSupplier call) {
        try {
            return call.getAsInt();
        } catch (CudaException e) {
            return IntStream.range(1, CUresult.CUDA_ERROR_UNKNOWN)
                    .filter(code -> CUresult.stringFor(code).equals(e.getMessage()))
                    .findFirst()
                    .orElse(CUresult.CUDA_ERROR_UNKNOWN);
        }
    }

    /** Calls, and throws if that fails. */
    static void run(String name, IntSupplier call, Supplier<String> arguments) {
        require(code(call), name, arguments);
    }

    /** Throws unless {@code code} is that of success. */
    static void require(int code, String name, Supplier<String> arguments) {
        if (code != CUresult.CUDA_SUCCESS) {
            String list = arguments.get();
            throw new DriverException(failure(code, name) + (list.isEmpty() ? "" : ": " + list));
        }
    }

    /** Which call failed, and how. */
    static String failure(int code, String name) {
        return name + " failed: " + CUresult.stringFor(code) + " (" + code + ")";
    }

    static String hex(long address) {
        return "0x" + Long.toHexString(address);
    }
}
