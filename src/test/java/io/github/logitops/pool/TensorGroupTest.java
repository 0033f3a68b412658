package io.github.logitops.pool;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.logitops.cpu.HostDriver;
import io.github.logitops.memory.DeviceOutOfMemoryException;
import io.github.logitops.memory.LeakTracking;
import io.github.logitops.memory.MemoryStatistics;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.pool.TensorGroup.Part;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;
import io.github.logitops.support.Reports;
import io.github.logitops.support.WatchedDriver;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tensors that share one piece of memory. */
class TensorGroupTest {
    private static final List<Part> PARTS = List.of(
            new Part(DType.F32, Shape.of()),
            new Part(DType.I64, Shape.of(4)),
            new Part(DType.F32, Shape.of(100)),
            new Part(DType.F64, Shape.of(2, 0)),
            new Part(DType.BOOL, Shape.of(3)));

    private final WatchedDriver driver = new WatchedDriver(new HostDriver());
    private final DeviceMemory memory = new DeviceMemory(driver, 4096, 0, LeakTracking.OFF);
    private final Stream stream = memory.newStream();

    @AfterEach
    void nothingIsHeld() {
        stream.close();
        memory.close();
        driver.assertNothingHeld();
    }

    @Test
    void eachIsAlignedAndApartInOnePiece() {
        try (TensorGroup group = memory.allocate(PARTS)) {
            List<Tensor> tensors = group.tensors();
            long start = tensors.get(0).address();
            assertEquals(
                    List.of(0L, 16L, 256L, 656L, 656L),
                    tensors.stream().map(tensor -> tensor.address() - start).toList());
            assertEquals(
                    List.of("#1 F32[]", "#2 I64[4]", "#3 F32[100]", "#4 F64[2, 0]", "#5 BOOL[3]"),
                    tensors.stream().map(Tensor::toString).toList());
            assertEquals(659, driver.bytesHeld());
            assertEquals(new MemoryStatistics(1, 659, 659, 659, 4096), memory.statistics());
            group.fill((byte) -1, stream);
            tensors.get(1).upload(new long[] {1, 2, 3, 4}, stream);
            tensors.get(0).upload(new float[] {5}, stream);
            tensors.get(4).upload(new boolean[] {true, false, true}, stream);
            float[] ones = new float[100];
            Arrays.fill(ones, Float.intBitsToFloat(-1));
            assertArrayEquals(ones, tensors.get(2).download(stream));
            assertArrayEquals(new long[] {1, 2, 3, 4}, tensors.get(1).downloadLabels(stream));
            assertArrayEquals(new float[] {5}, tensors.get(0).download(stream));
        }
    }

    @Test
    void onePieceHasOneEventAtTheClose() {
        TensorGroup group = memory.allocate(PARTS);
        driver.beSlow();
        for (Tensor tensor : group.tensors()) {
            tensor.useOn(stream);
        }
        group.close();
        assertEquals(1, driver.eventsHeld());
        assertEquals(659, driver.bytesHeld(), "the stream still works");
        stream.synchronize();
        memory.allocate(PARTS.subList(0, 1)).close();
        assertEquals(0, driver.bytesHeld());
    }

    @Test
    void theyAreClosedTogetherAndNotOneByOne() {
        TensorGroup group = memory.allocate(PARTS);
        Tensor part = group.tensors().get(1);
        part.close();
        group.fill((byte) 3, stream);
        assertEquals(0x0303030303030303L, part.downloadLabels(stream)[2]);
        group.close();
        group.close();
        assertEquals(new MemoryStatistics(0, 0, 659, 0, 4096), memory.statistics());
        assertEquals(
                "tensor: used after close: tensor=#2 I64[4], closedAt=unknown (leakTracking=OFF)",
                assertThrows(IllegalStateException.class, () -> part.upload(new long[4], stream))
                        .getMessage());
        assertEquals(
                "tensor: used after close: tensor=#3 F32[100], closedAt=unknown (leakTracking=OFF)",
                assertThrows(
                                IllegalStateException.class,
                                () -> group.tensors().get(2).address())
                        .getMessage());
    }

    @Test
    void whatIsKeptCanBeReadAfterTheClose() {
        TensorGroup group = memory.allocate(PARTS.subList(0, 2));
        group.tensors().get(0).upload(new float[] {2.5f}, stream);
        group.tensors().get(1).upload(new long[] {1, -1, 0, 7}, stream);
        group.keep();
        group.close();
        assertEquals(0, memory.statistics().liveTensors());
        assertEquals(48, driver.bytesHeld());
        ByteBuffer bytes = ByteBuffer.allocate(48).order(ByteOrder.nativeOrder());
        group.peek(bytes, stream);
        assertEquals(2.5f, bytes.getFloat(group.offset(0)));
        assertEquals(7, bytes.getLong(group.offset(1) + 3 * Long.BYTES));
        assertThrows(
                IllegalStateException.class, () -> group.tensors().get(0).download(stream), "closed to everybody else");
        group.release();
        assertEquals(0, driver.bytesHeld());
        assertEquals(
                "tensor: used after close: tensor=#1 F32[], closedAt=unknown (leakTracking=OFF)",
                assertThrows(IllegalStateException.class, () -> group.peek(bytes, stream))
                        .getMessage());
        assertThrows(IllegalStateException.class, group::keep);
    }

    @Test
    void whatIsKeptEndsWithTheSession() {
        TensorGroup group = memory.allocate(PARTS);
        group.keep();
        group.close();
        assertEquals(659, driver.bytesHeld());
        stream.close();
        memory.close();
        assertEquals(0, driver.bytesHeld());
    }

    @Test
    void oneThatIsNotClosedIsOneLeak() {
        memory.allocate(PARTS);
        stream.close();
        try (Reports reports = new Reports()) {
            memory.close();
            assertEquals(
                    List.of("[#1 F32[], #2 I64[4], #3 F32[100], #4 F64[2, 0], #5 BOOL[3]] was not closed before its"
                            + " session, made at unknown (leakTracking=OFF)"),
                    reports.events().stream()
                            .map(event -> event.getFormattedMessage())
                            .toList());
        }
    }

    @Test
    void allOfThemOrNone() {
        List<Part> large = List.of(new Part(DType.F32, Shape.of(1000)), new Part(DType.F32, Shape.of(1000)));
        assertEquals(
                "allocate: over the session's memory limit of 4096 bytes: requestedBytes=8096, inUseBytes=0",
                assertThrows(DeviceOutOfMemoryException.class, () -> memory.allocate(large))
                        .getMessage());
        assertEquals(new MemoryStatistics(0, 0, 0, 0, 4096), memory.statistics());
    }
}
