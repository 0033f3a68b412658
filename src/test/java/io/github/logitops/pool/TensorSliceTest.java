package io.github.logitops.pool;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.logitops.Backend;
import io.github.logitops.LogitOps;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Layout;
import io.github.logitops.spec.Shape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Parts of tensors that share their memory. */
class TensorSliceTest {
    private final LogitOps ops = LogitOps.open(Backend.CPU);
    private final Stream stream = ops.newStream();

    @AfterEach
    void close() {
        stream.close();
        ops.close();
    }

    @Test
    void someRowsAreReadWrittenAndComputedInPlace() {
        try (Tensor all = ops.upload(new float[] {1, 1, 2, 2, 3, 3, 4, 4}, DType.F32, Shape.of(4, 2), stream)) {
            Tensor two = all.slice(1, 2);
            assertEquals(Shape.of(2, 2), two.shape());
            assertArrayEquals(new float[] {2, 2, 3, 3}, two.download(stream));
            two.upload(new float[] {0, 0, 5, 5}, stream);
            ops.softmax().forward(two.slice(0, 1), two.slice(0, 1), stream);
            assertArrayEquals(new float[] {1, 1, 0.5f, 0.5f, 5, 5, 4, 4}, all.download(stream));
        }
    }

    @Test
    void paddingStaysBetweenRowsAndVectorsAreSlicedByElement() {
        try (Tensor padded = ops.empty(DType.F32, new Layout(Shape.of(2, 2, 2), 3));
                Tensor vector = ops.labels(new int[] {7, 8, 9}, stream)) {
            padded.upload(new float[] {0, 1, 2, 3, 4, 5, 6, 7}, stream);
            Tensor last = padded.slice(1, 1);
            assertEquals(new Layout(Shape.of(1, 2, 2), 3), last.layout());
            assertArrayEquals(new float[] {4, 5, 6, 7}, last.download(stream));
            assertEquals(Layout.dense(Shape.of(2)), vector.slice(1, 2).layout());
            assertArrayEquals(new long[] {8, 9}, vector.slice(1, 2).downloadLabels(stream));
            assertEquals(0, vector.slice(3, 0).bytes());
            assertEquals(Shape.of(0, 2, 2), padded.slice(2, 0).shape());
        }
    }

    @Test
    void anotherShapeHasTheSameElements() {
        try (Tensor all = ops.upload(new float[] {1, 2, 3, 4, 5, 6}, DType.F32, Shape.of(2, 3), stream);
                Tensor padded = ops.empty(DType.F32, new Layout(Shape.of(2, 2, 2), 3))) {
            assertArrayEquals(all.download(stream), all.reshape(Shape.of(3, 2)).download(stream));
            all.reshape(Shape.of(6)).slice(1, 2).upload(new float[] {0, 0}, stream);
            assertArrayEquals(new float[] {1, 0, 0, 4, 5, 6}, all.download(stream));
            padded.upload(new float[] {0, 1, 2, 3, 4, 5, 6, 7}, stream);
            Tensor rows = padded.reshape(Shape.of(4, 2));
            assertEquals(new Layout(Shape.of(4, 2), 3), rows.layout());
            assertArrayEquals(padded.download(stream), rows.download(stream));
            assertEquals(
                    "reshape: each element must be there once, and padded rows stay as they are: shape=[8], tensor="
                            + padded,
                    assertThrows(IllegalArgumentException.class, () -> padded.reshape(Shape.of(8)))
                            .getMessage());
            assertThrows(IllegalArgumentException.class, () -> all.reshape(Shape.of(5)));
            assertThrows(IllegalArgumentException.class, () -> all.reshape(Shape.of()));
            assertEquals(
                    Shape.of(),
                    all.slice(0, 1)
                            .slice(0, 1)
                            .reshape(Shape.of(3))
                            .slice(0, 1)
                            .reshape(Shape.of())
                            .shape());
        }
    }

    @Test
    void itLivesAsLongAsTheWhole() {
        Tensor all = ops.empty(DType.F32, Shape.of(4, 2));
        Tensor part = all.slice(1, 2);
        part.close();
        part.upload(new float[4], stream);
        assertEquals(1, ops.memoryStatistics().liveTensors());
        all.close();
        assertEquals(0, ops.memoryStatistics().liveTensors());
        assertThrows(IllegalStateException.class, part::address);
        assertThrows(IllegalStateException.class, () -> part.download(stream));
    }

    @Test
    void whatIsNotThereIsNamed() {
        try (Tensor all = ops.empty(DType.F32, Shape.of(4, 2));
                Tensor number = ops.empty(DType.F32, Shape.of())) {
            long[][] wrong = {{-1, 1}, {0, -1}, {0, 5}, {3, 2}, {1, Long.MAX_VALUE}};
            for (long[] each : wrong) {
                IllegalArgumentException e =
                        assertThrows(IllegalArgumentException.class, () -> all.slice(each[0], each[1]));
                assertEquals(
                        "slice: not some of the tensor: first=" + each[0] + ", count=" + each[1] + ", tensor=" + all,
                        e.getMessage());
            }
            assertThrows(IllegalArgumentException.class, () -> number.slice(0, 1));
        }
    }
}
