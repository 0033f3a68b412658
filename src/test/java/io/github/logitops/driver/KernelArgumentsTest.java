package io.github.logitops.driver;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.logitops.driver.KernelArguments.Type;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Arguments lie where C has the fields of a struct. */
class KernelArgumentsTest {
    private final KernelArguments arguments = new KernelArguments()
            .int32(-1)
            .pointer(0x1122334455667788L)
            .int32(7)
            .int32(Integer.MIN_VALUE)
            .float64(-0.0)
            .int64(Long.MIN_VALUE)
            .int32(9)
            .float32(-1);

    @Test
    void fieldsLieAtMultiplesOfTheirSize() {
        assertEquals(8, arguments.count());
        assertArrayEquals(
                new int[] {0, 8, 16, 20, 24, 32, 40, 44},
                IntStream.range(0, 8).map(arguments::offset).toArray());
        assertEquals(
                List.of(
                        Type.INT32,
                        Type.POINTER,
                        Type.INT32,
                        Type.INT32,
                        Type.FLOAT64,
                        Type.INT64,
                        Type.INT32,
                        Type.FLOAT32),
                IntStream.range(0, 8).mapToObj(arguments::type).toList());
        assertArrayEquals(
                new long[] {
                    -1,
                    0x1122334455667788L,
                    7,
                    Integer.MIN_VALUE,
                    Long.MIN_VALUE,
                    Long.MIN_VALUE,
                    9,
                    Float.floatToRawIntBits(-1)
                },
                IntStream.range(0, 8).mapToLong(arguments::bits).toArray());
        assertEquals(48, arguments.bytes());
        assertEquals(0, new KernelArguments().bytes());
    }

    @Test
    void theStructIsWrittenWithItsPadding() {
        ByteBuffer written = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        written.putLong(0, 3).putLong(56, 5);
        arguments.copyTo(written, 8);
        ByteBuffer expected = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        expected.putLong(3)
                .putInt(-1)
                .putInt(0)
                .putLong(0x1122334455667788L)
                .putInt(7)
                .putInt(Integer.MIN_VALUE);
        expected.putDouble(-0.0).putLong(Long.MIN_VALUE).putInt(9).putFloat(-1).putLong(5);
        assertArrayEquals(expected.array(), written.array());
    }

    @Test
    void whatCudaDoesNotPassIsRefused() {
        KernelArguments most = new KernelArguments();
        for (int i = 0; i < KernelArguments.MAX_BYTES / Integer.BYTES - 1; i++) {
            most.int32(i);
        }
        assertEquals(1022, most.bits(1022));
        assertEquals(
                "arguments: more than CUDA passes to a kernel: fields=1024, bytes=4104, maximum=4096",
                assertThrows(IllegalArgumentException.class, () -> most.pointer(1))
                        .getMessage());
        most.int32(-5);
        assertEquals(-5, most.bits(1023));
        assertEquals(4096, most.bytes());
        assertEquals(
                "arguments: more than CUDA passes to a kernel: fields=1025, bytes=4100, maximum=4096",
                assertThrows(IllegalArgumentException.class, () -> most.int32(1))
                        .getMessage());
    }
}
