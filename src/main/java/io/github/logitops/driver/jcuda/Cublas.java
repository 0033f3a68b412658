package io.github.logitops.driver.jcuda;

import static jcuda.jcublas.JCublas2.cublasCreate;
import static jcuda.jcublas.JCublas2.cublasDestroy;
import static jcuda.jcublas.JCublas2.cublasGemmEx_new;
import static jcuda.jcublas.JCublas2.cublasSetMathMode;
import static jcuda.jcublas.JCublas2.cublasSetStream;
import static jcuda.jcublas.JCublas2.cublasSetWorkspace;

import io.github.logitops.base.Resources;
import io.github.logitops.driver.MatrixProduct;
import io.github.logitops.driver.MatrixProduct.Matrix;
import io.github.logitops.driver.MatrixProduct.Type;
import io.github.logitops.driver.MatrixProducts;
import io.github.logitops.memory.DriverException;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import jcuda.Pointer;
import jcuda.cudaDataType;
import jcuda.jcublas.cublasComputeType;
import jcuda.jcublas.cublasGemmAlgo;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasMath;
import jcuda.jcublas.cublasOperation;
import jcuda.runtime.cudaStream_t;

/**
 * cuBLAS in a primary context. It counts matrices by columns: there a matrix of ours is its transpose, and so the operands change places.
 */
final class Cublas implements MatrixProducts {
    private static final long WORKSPACE_BYTES = 32 << 20; // what NVIDIA recommends for Hopper

    private final PrimaryContext context;
    private cublasHandle handle; // null until somebody asks for it

    Cublas(PrimaryContext context) {
        this.context = context;
    }

    /** This, ready for products. Throws with the plain reason if cuBLAS does not run here. */
    synchronized Cublas opened() {
        if (handle == null) {
            CublasLibrary.require();
            cublasHandle made = new cublasHandle();
            run("cublasCreate", () -> cublasCreate(made), () -> "");
            int mode = cublasMath.CUBLAS_DEFAULT_MATH | cublasMath.CUBLAS_MATH_DISALLOW_REDUCED_PRECISION_REDUCTION;
            try {
                run("cublasSetMathMode", () -> cublasSetMathMode(made, mode), () -> "mode=" + mode);
            } catch (DriverException e) {
                Resources.closeAfter(e, List.of(() -> destroy(made)));
                throw e;
            }
            handle = made;
        }
        return this;
    }

    @Override
    public long workspaceBytes() {
        return WORKSPACE_BYTES;
    }

    /** A handle has one stream at a time, so products are queued one after the other, whichever threads ask. */
    @Override
    public synchronized void multiply(MatrixProduct product, long workspace, long stream) {
        cudaStream_t on = Handles.set(new cudaStream_t(), stream);
        run("cublasSetStream", () -> cublasSetStream(handle, on), () -> "stream=" + Cuda.hex(stream));
        run(
                "cublasSetWorkspace", // after the stream, which sets it back
                () -> cublasSetWorkspace(handle, Handles.deviceAddress(workspace), WORKSPACE_BYTES),
                () -> "address=" + Cuda.hex(workspace));
        run("cublasGemmEx", () -> queue(product), product::toString);
    }

    private int queue(MatrixProduct product) {
        Matrix left = product.b();
        Matrix right = product.a();
        boolean doubles = product.c().type() == Type.F64;
        return cublasGemmEx_new(
                handle,
                operation(product.transposeB()),
                operation(product.transposeA()),
                product.n(),
                product.m(),
                product.k(),
                factor(1, doubles),
                pointer(left),
                type(left),
                stride(left),
                pointer(right),
                type(right),
                stride(right),
                factor(product.accumulate() ? 1 : 0, doubles),
                pointer(product.c()),
                type(product.c()),
                stride(product.c()),
                doubles ? cublasComputeType.CUBLAS_COMPUTE_64F : cublasComputeType.CUBLAS_COMPUTE_32F,
                cublasGemmAlgo.CUBLAS_GEMM_DEFAULT);
    }

    private static int operation(boolean transpose) {
        return transpose ? cublasOperation.CUBLAS_OP_T : cublasOperation.CUBLAS_OP_N;
    }

    private static Pointer factor(int value, boolean doubles) {
        return doubles ? Pointer.to(new double[] {value}) : Pointer.to(new float[] {value});
    }

    private static Pointer pointer(Matrix matrix) {
        return Handles.deviceAddress(matrix.address());
    }

    private static int stride(Matrix matrix) {
        return Math.toIntExact(matrix.rowStride());
    }

    private static int type(Matrix matrix) {
        return switch (matrix.type()) {
            case F64 -> cudaDataType.CUDA_R_64F;
            case F32 -> cudaDataType.CUDA_R_32F;
            case F16 -> cudaDataType.CUDA_R_16F;
            case BF16 -> cudaDataType.CUDA_R_16BF;
        };
    }

    private void run(String name, IntSupplier call, Supplier<String> arguments) {
        CublasLibrary.require(context.code(call), name, arguments);
    }

    /** Gives the handle back, if there is one. */
    synchronized void close() {
        if (handle != null) {
            cublasHandle made = handle;
            handle = null;
            destroy(made);
        }
    }

    private void destroy(cublasHandle made) {
        run("cublasDestroy", () -> cublasDestroy(made), () -> "");
    }
}
