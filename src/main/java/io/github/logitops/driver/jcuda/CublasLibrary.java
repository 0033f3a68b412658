package io.github.logitops.driver.jcuda;

import static jcuda.jcublas.JCublas2.cublasCreate;
import static jcuda.jcublas.JCublas2.cublasDestroy;
import static jcuda.jcublas.JCublas2.cublasGetVersion;
import static jcuda.jcublas.JCublas2.setExceptionsEnabled;

import io.github.logitops.driver.LoadFailure;
import io.github.logitops.memory.DriverException;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasStatus;

/**
 * cuBLAS by way of JCublas: whether it is here. JCublas is for CUDA 12 and asks for that one's cuBLAS by name. What it calls is the same
 * in CUDA 13; so where that is the only one, JCublas's own library is changed to ask for it
 * (docs/decisions/0030-cublas-of-cuda-13.md).
 */
public final class CublasLibrary {
    /** In the order in which they are looked for: the one that JCublas was built with first. */
    private static final List<String> NAMES = List.of("libcublas.so.12", "libcublas.so.13");

    private static String loaded; // of these

    private CublasLibrary() {}

    /**
     * Makes a handle and asks it for the version of cuBLAS.
     *
     * @return such as "12.6.4, libcublas.so.12"
     * @throws DriverException with the plain reason if cuBLAS does not run here
     */
    public static String version() {
        require();
        int number = LoadFailure.explain(CublasLibrary::number);
        return number / 10_000 + "." + number / 100 % 100 + "." + number % 100 + ", " + loaded;
    }

    /** Throws a {@link DriverException} whose message is the plain reason, unless the library is loaded. */
    static synchronized void require() {
        CudaLibrary.require();
        if (loaded == null) {
            loaded = Natives.loadFirst("JCublas2", NAMES, () -> {
                setExceptionsEnabled(false); // as they are anyway: it loads the library, and nothing else
                return null;
            });
        }
    }

    /** Throws unless {@code status} is that of success. */
    static void require(int status, String name, Supplier<String> arguments) {
        if (status != cublasStatus.CUBLAS_STATUS_SUCCESS) {
            String list = arguments.get();
            throw new DriverException(name + " failed: " + cublasStatus.stringFor(status) + " (" + status + ")"
                    + (list.isEmpty() ? "" : ": " + list));
        }
    }

    private static int number() {
        cublasHandle handle = new cublasHandle();
        run("cublasCreate", () -> cublasCreate(handle));
        int[] version = new int[1];
        run("cublasGetVersion", () -> cublasGetVersion(handle, version));
        run("cublasDestroy", () -> cublasDestroy(handle));
        return version[0];
    }

    private static void run(String name, IntSupplier call) {
        require(call.getAsInt(), name, () -> "");
    }
}
