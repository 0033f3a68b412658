package io.github.logitops.driver.jcuda;

import io.github.logitops.Backend;
import io.github.logitops.BackendUnavailableException;
import io.github.logitops.LogitOps;
import io.github.logitops.driver.MatrixProduct;
import io.github.logitops.driver.MatrixProduct.Matrix;
import io.github.logitops.driver.MatrixProduct.Type;
import io.github.logitops.driver.MatrixProducts;
import io.github.logitops.memory.DriverException;
import io.github.logitops.spec.CrossEntropyOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Has cuBLAS multiply matrices, each way, and says which products are wrong; or that there is no cuBLAS, and what works without. */
final class ProductsMain {
    private static final int M = 2;
    private static final int N = 3;
    private static final int K = 4;
    private static final int STRIDE = 5; // of all rows: longer than any
    private static final double OLD = 100; // what C holds

    private ProductsMain() {}

    public static void main(String[] arguments) {
        try (JCudaDriver driver = JCudaDriver.open(0)) {
            MatrixProducts products = driver.matrixProducts();
            long stream = driver.createStream();
            long workspace = driver.allocate(products.workspaceBytes());
            for (Type type : new Type[] {Type.F32, Type.F64}) {
                for (int way = 0; way < 8; way++) {
                    multiply(driver, products, type, way, workspace, stream);
                }
            }
        } catch (DriverException e) {
            System.out.println("none: " + e.getMessage());
            withoutProducts();
        }
    }

    private static void withoutProducts() {
        try (LogitOps ops = LogitOps.open(Backend.CUDA)) {
            ops.crossEntropy(CrossEntropyOptions.defaults());
            ops.linearCrossEntropy(CrossEntropyOptions.defaults());
        } catch (BackendUnavailableException e) {
            System.out.println("none: " + e.getMessage());
        }
    }

    private static void multiply(
            JCudaDriver driver, MatrixProducts products, Type type, int way, long workspace, long stream) {
        boolean transposeA = (way & 1) != 0;
        boolean transposeB = (way & 2) != 0;
        boolean accumulate = (way & 4) != 0;
        double[] a = new double[STRIDE * STRIDE];
        double[] b = new double[STRIDE * STRIDE];
        double[] c = new double[STRIDE * STRIDE];
        for (int i = 0; i < a.length; i++) {
            a[i] = i % 7 - 3;
            b[i] = i % 5 - 2;
            c[i] = OLD;
        }
        long[] at = {upload(driver, a, type, stream), upload(driver, b, type, stream), upload(driver, c, type, stream)};
        products.multiply(
                new MatrixProduct(
                        M,
                        N,
                        K,
                        new Matrix(at[0], type, STRIDE),
                        transposeA,
                        new Matrix(at[1], type, STRIDE),
                        transposeB,
                        new Matrix(at[2], type, STRIDE),
                        accumulate),
                workspace,
                stream);
        for (int row = 0; row < M; row++) {
            for (int column = 0; column < N; column++) {
                double sum = accumulate ? OLD : 0;
                for (int i = 0; i < K; i++) {
                    sum += a[transposeA ? i * STRIDE + row : row * STRIDE + i]
                            * b[transposeB ? column * STRIDE + i : i * STRIDE + column];
                }
                c[row * STRIDE + column] = sum;
            }
        }
        boolean right = Arrays.equals(c, download(driver, at[2], c.length, type, stream));
        System.out.println("product " + type + " " + way + (right ? " right" : " wrong"));
    }

    private static long upload(JCudaDriver driver, double[] values, Type type, long stream) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(values.length * size(type)).order(ByteOrder.nativeOrder());
        for (double value : values) {
            if (type == Type.F64) {
                bytes.putDouble(value);
            } else {
                bytes.putFloat((float) value);
            }
        }
        long address = driver.allocate(bytes.capacity());
        driver.copyToDevice(address, bytes.flip(), stream);
        driver.synchronize(stream);
        return address;
    }

    private static double[] download(JCudaDriver driver, long address, int count, Type type, long stream) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(count * size(type)).order(ByteOrder.nativeOrder());
        driver.copyToHost(bytes, address, stream);
        driver.synchronize(stream);
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = type == Type.F64 ? bytes.getDouble(8 * i) : bytes.getFloat(4 * i);
        }
        return values;
    }

    private static int size(Type type) {
        return type == Type.F64 ? 8 : 4;
    }
}
