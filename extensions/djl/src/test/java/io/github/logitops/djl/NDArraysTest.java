package io.github.logitops.djl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.logitops.Backend;
import io.github.logitops.LogitOps;
import io.github.logitops.memory.HostTensor;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.DType;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class NDArraysTest {
    private final LogitOps ops = LogitOps.open(Backend.CPU);
    private final NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");

    @AfterEach
    void close() {
        manager.close();
        ops.close();
    }

    @Test
    void opsReadAndWriteTheArraysThemselves() {
        NDArray x = manager.create(new float[] {1, 2, 3, 3, 2, 1}, new Shape(2, 3));
        NDArray y = manager.zeros(new Shape(2, 3));

        ops.onHost(host -> {
            Tensor in = host.in(NDArrays.view(x));
            ops.softmax().forward(in, host.out(NDArrays.view(y)), host.stream());
            return null;
        });

        assertArrayEquals(x.softmax(-1).toFloatArray(), y.toFloatArray(), 1e-7f);
        x.toByteBuffer(true).putFloat(0, 9);
        assertEquals(9, ((ByteBuffer) NDArrays.view(x).memory()).getFloat(0)); // the same memory
    }

    @Test
    void typesAndShapes() {
        Object[][] types = {
            {DataType.FLOAT64, DType.F64},
            {DataType.FLOAT32, DType.F32},
            {DataType.FLOAT16, DType.F16},
            {DataType.INT64, DType.I64},
            {DataType.INT32, DType.I32},
            {DataType.BOOLEAN, DType.BOOL},
        };
        for (Object[] type : types) {
            HostTensor view = NDArrays.view(manager.zeros(new Shape(2, 3), (DataType) type[0]));
            assertEquals(type[1], view.dtype());
            assertEquals(io.github.logitops.spec.Shape.of(2, 3), view.shape());
        }
        assertEquals(0, NDArrays.view(manager.create(new Shape(0, 3))).shape().elements());
    }

    @Test
    void addressesAreThoseOfBuffers() {
        NDArray x = manager.zeros(new Shape(2, 3));

        assertEquals(Addresses.of(x.toByteBuffer(true)), Addresses.of(x));
        assertEquals(Addresses.of(x) + 3 * Float.BYTES, Addresses.of(x.get(1)));
    }

    @Test
    void refusesWhatWouldBeACopy() {
        NDArray turned = manager.zeros(new Shape(2, 3)).transpose();
        int before = manager.getManagedArrays().size();
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> NDArrays.view(turned));
        assertEquals(
                "view: the engine copies arrays whose elements do not lie one after the other: dataType=float32,"
                        + " shape=(3, 2), device=cpu()",
                e.getMessage());
        assertEquals(before, manager.getManagedArrays().size());

        e = assertThrows(IllegalArgumentException.class, () -> Addresses.of(turned));
        assertEquals(
                "wrap: the engine refuses: reason=torchDirectByteBuffer() requires the tensor to be contiguous,"
                        + " shape=(3, 2), device=cpu()",
                e.getMessage());
    }

    /** As DJL describes one; there is no memory behind it. */
    private static NDArray arrayOfGpu(int device, long... extents) {
        return (NDArray) Proxy.newProxyInstance(
                NDArray.class.getClassLoader(),
                new Class<?>[] {NDArray.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getDevice" -> Device.gpu(device);
                    case "getDataType" -> DataType.FLOAT32;
                    case "getShape" -> new Shape(extents);
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    @Test
    void arraysOfAGpuNeedASessionThere() {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> NDArrays.wrap(ops, arrayOfGpu(1, 2, 3)));
        assertEquals(
                "wrap: an array of a GPU needs a session on that GPU: backend=CPU, deviceOrdinal=0, dataType=float32,"
                        + " shape=(2, 3), device=gpu(1)",
                e.getMessage());

        e = assertThrows(IllegalArgumentException.class, () -> NDArrays.view(arrayOfGpu(0, 2, 3)));
        assertEquals(
                "view: an array of a GPU has no memory on the host: dataType=float32, shape=(2, 3), device=gpu(0)",
                e.getMessage());
    }

    @Test
    void refusesTypesThatOpsDoNotHave() {
        NDArray bytes = manager.zeros(new Shape(2, 3), DataType.UINT8);
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> NDArrays.view(bytes));
        assertEquals("dtype: ops have no such type: dataType=uint8, shape=(2, 3), device=cpu()", e.getMessage());
    }

    @Test
    void namesWhatIsNull() {
        NDArray x = manager.zeros(new Shape(2, 3));
        Map<String, Executable> calls = Map.of(
                "view: array is null", () -> NDArrays.view(null),
                "wrap: ops is null", () -> NDArrays.wrap(null, x),
                "wrap: array is null", () -> NDArrays.wrap(ops, null),
                "shape: array is null", () -> NDArrays.shape(null),
                "dtype: array is null", () -> NDArrays.dtype(null));
        calls.forEach((message, call) -> assertEquals(
                message, assertThrows(NullPointerException.class, call).getMessage()));
    }

    @Test
    void wrapsNoArrayOfTheHost() {
        NDArray x = manager.zeros(new Shape(2, 3));
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> NDArrays.wrap(ops, x));
        assertEquals("wrap: the array is not on a GPU: dataType=float32, shape=(2, 3), device=cpu()", e.getMessage());
    }
}
