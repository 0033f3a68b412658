package io.github.logitops.driver.jcuda;

import static jcuda.jcublas.JCublas2.cublasCreate;
import static jcuda.jcublas.JCublas2.cublasDestroy;
import static jcuda.jcublas.JCublas2.cublasGetVersion;

import io.github.logitops.memory.DriverException;
import java.util.function.IntSupplier;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasStatus;

/** cuBLAS by way of JCublas, which is for CUDA 12: whether it is here. */
public final class CublasLibrary {
    private CublasLibrary() {}

    /**
     * Makes a handle and asks it for the version of cuBLAS, such as 120604.
     *
     * @throws DriverException with the plain reason if cuBLAS does not run here
     */
    public static int version() {
        CudaLibrary.require();
        return Natives.load("JCublas2", () -> {
            cublasHandle handle = new cublasHandle();
            run("cublasCreate", () -> cublasCreate(handle));
            int[] version = new int[1];
            run("cublasGetVersion", () -> cublasGetVersion(handle, version));
            run("cublasDestroy", () -> cublasDestroy(handle));
            return version[0];
        });
    }

    private static void run(String name, IntSupplier call) {
        int status = call.getAsInt();
        if (status != cublasStatus.CUBLAS_STATUS_SUCCESS) {
            throw new DriverException(name + " failed: " + cublasStatus.stringFor(status) + " (" + status + ")");
        }
    }
}
