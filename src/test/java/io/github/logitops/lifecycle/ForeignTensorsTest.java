package io.github.logitops.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.logitops.Backend;
import io.github.logitops.LogitOps;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;
import java.lang.reflect.Proxy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tensors and streams are interfaces, but only sessions make them: any other that looks like one is refused. */
class ForeignTensorsTest {
    private final LogitOps ops = LogitOps.open(Backend.CPU);
    private final Stream stream = ops.newStream();
    private final Tensor tensor = ops.upload(new float[] {1, 2}, DType.F32, Shape.of(1, 2), stream);

    @AfterEach
    void close() {
        tensor.close();
        stream.close();
        ops.close();
    }

    private static <T> T alike(Class<T> type, T original) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> method.invoke(original, arguments)));
    }

    @Test
    void aTensor() {
        Tensor foreign = alike(Tensor.class, tensor);
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> ops.softmax().forward(foreign, foreign, stream));
        assertEquals("tensor: no session made it: tensor=#1 F32[1, 2]", e.getMessage());
    }

    @Test
    void aStream() {
        Stream foreign = alike(Stream.class, stream);
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> ops.softmax().forward(tensor, tensor, foreign));
        assertEquals(
                "softmax.forward: tensors and stream must come from one session: tensor=#1 F32[1, 2], stream=stream#1",
                e.getMessage());
        try (Stream other = ops.newStream()) {
            e = assertThrows(IllegalArgumentException.class, () -> stream.waitFor(alike(Stream.class, other)));
            assertEquals(
                    "waitFor: streams must come from one session: stream=stream#1, other=" + other, e.getMessage());
        }
    }
}
