package io.github.logitops.pool;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.logitops.LogitOps;
import io.github.logitops.element.BinaryFormat;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Layout;
import io.github.logitops.spec.Shape;
import io.github.logitops.support.Bench;
import io.github.logitops.support.CpuRig;
import io.github.logitops.support.EachFloatingDType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Host arrays into tensors and back: every array type, longer than a staging buffer, with and without padding. */
class TransferTest {
    private static final int LONG = 1_500_001; // several staging buffers, and not a multiple of one

    private final Bench bench = new Bench(new CpuRig());
    private final LogitOps ops = bench.ops();
    private final Stream stream = bench.stream();

    @AfterEach
    void close() {
        bench.close();
    }

    @EachFloatingDType
    void valuesAreRoundedOnceAndComeBack(DType dtype) {
        float[] values = new float[LONG];
        double[] doubles = new double[LONG];
        Random random = new Random(3);
        for (int i = 0; i < LONG; i++) {
            doubles[i] = random.nextGaussian();
            values[i] = (float) doubles[i];
        }
        Shape shape = Shape.of(LONG);
        Tensor fromFloats = bench.keep(ops.upload(values, dtype, shape, stream));
        Tensor fromDoubles = bench.keep(ops.upload(doubles, dtype, shape, stream));
        double[] back = fromDoubles.downloadDoubles(stream);
        float[] floatsBack = fromFloats.download(stream);
        for (int i = 0; i < LONG; i++) {
            double expected = dtype == DType.F64
                    ? doubles[i]
                    : dtype == DType.F32
                            ? (float) doubles[i]
                            : BinaryFormat.of(dtype)
                                    .decode(BinaryFormat.of(dtype).encode(doubles[i]));
            assertEquals(expected, back[i]);
            assertEquals(
                    dtype.bytes() >= 4
                            ? values[i]
                            : BinaryFormat.of(dtype)
                                    .decode(BinaryFormat.of(dtype).encode(values[i])),
                    floatsBack[i]);
        }
    }

    @Test
    void doublesAreNotRoundedByWayOfFloat() {
        // Just above the midpoint of 1 and the next F16; as a float it is the midpoint and would go to 1.
        double value = 1 + 0x1p-11 + 0x1p-40;
        Tensor tensor = bench.keep(ops.upload(new double[] {value}, DType.F16, Shape.of(1), stream));
        assertEquals(1 + 0x1p-10f, tensor.download(stream)[0]);
    }

    @Test
    void masksGoBothWays() {
        boolean[] mask = new boolean[LONG];
        for (int i = 0; i < LONG; i++) {
            mask[i] = i % 3 == 0 || i % 7 == 1;
        }
        Tensor tensor = bench.keep(ops.mask(mask, Shape.of(LONG), stream));
        boolean[] back = new boolean[LONG];
        tensor.download(back, stream);
        assertArrayEquals(mask, back);
        assertEquals(
                "upload: array and dtype do not go together: array=Floats, tensor=" + tensor,
                assertThrows(IllegalArgumentException.class, () -> tensor.upload(new float[LONG], stream))
                        .getMessage());
        assertEquals(
                "dtype: only floating types have an arithmetic type: dtype=BOOL",
                assertThrows(IllegalStateException.class, DType.BOOL::arithmetic)
                        .getMessage());
    }

    @Test
    void bitsGoBothWays() {
        short[] bits = new short[65536];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = (short) i;
        }
        for (DType dtype : new DType[] {DType.F16, DType.BF16}) {
            Tensor tensor = bench.keep(ops.upload(bits, dtype, Shape.of(bits.length), stream));
            assertArrayEquals(bits, tensor.downloadBits(stream));
            assertEquals(BinaryFormat.of(dtype).decode((short) 0x1234), tensor.download(stream)[0x1234]);
        }
    }

    @Test
    void bytesGoBothWaysFromPositionToLimit() {
        ByteBuffer bytes = ByteBuffer.allocate(20).order(ByteOrder.nativeOrder());
        bytes.putInt(0)
                .putFloat(1.5f)
                .putFloat(2.5f)
                .putFloat(-1)
                .putInt(0)
                .position(4)
                .limit(16);
        Tensor tensor = bench.keep(ops.upload(bytes, DType.F32, Shape.of(3), stream));
        assertArrayEquals(new float[] {1.5f, 2.5f, -1}, tensor.download(stream));
        assertEquals(4, bytes.position());
        ByteBuffer back =
                ByteBuffer.allocateDirect(13).order(ByteOrder.nativeOrder()).position(1);
        tensor.download(back, stream);
        assertEquals(1, back.position());
        assertEquals(2.5f, back.getFloat(5));
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void bytesAreInTheOrderOfTheirBuffer(DType dtype) {
        for (ByteOrder order : List.of(ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN)) {
            ByteBuffer source = ByteBuffer.allocate(3 + LONG * dtype.bytes()).order(order);
            source.position(3);
            ByteBuffer target = ByteBuffer.allocateDirect(source.capacity() + 1).order(order);
            target.position(3).limit(source.capacity());
            for (int i = 0; i < LONG; i++) {
                put(source, 3 + i * dtype.bytes(), dtype, i * 0x9E3779B97F4A7C15L);
            }
            Tensor tensor = bench.keep(ops.upload(source, dtype, Shape.of(LONG), stream));
            ByteBuffer raw = ByteBuffer.allocate(LONG * dtype.bytes()).order(ByteOrder.nativeOrder());
            tensor.download(raw, stream);
            for (int i = 0; i < LONG; i += 997) {
                assertEquals(get(source, 3 + i * dtype.bytes(), dtype), get(raw, i * dtype.bytes(), dtype));
            }
            tensor.download(target, stream);
            assertEquals(source, target); // from position to limit
            assertEquals(
                    List.of(3, source.capacity(), order, 3, source.capacity(), order),
                    List.of(
                            source.position(),
                            source.limit(),
                            source.order(),
                            target.position(),
                            target.limit(),
                            target.order()));
            assertEquals(0, target.limit(target.capacity()).get(source.capacity()), "written past the limit");
        }
    }

    @Test
    void javasOwnOrderKeepsValuesBitsLabelsAndMasks() {
        ByteBuffer four = ByteBuffer.allocate(8).putFloat(1.5f).putFloat(-2).flip();
        ByteBuffer eight =
                ByteBuffer.allocate(16).putLong(1L << 40).putLong(-100).flip();
        ByteBuffer two = ByteBuffer.allocate(4)
                .putShort((short) 0x3C00)
                .putShort((short) 0xC000)
                .flip();
        ByteBuffer one = ByteBuffer.allocate(2).put((byte) 1).put((byte) 0).flip();
        Shape pair = Shape.of(2);
        Tensor values = bench.keep(ops.upload(four, DType.F32, pair, stream));
        Tensor labels = bench.keep(ops.upload(eight, DType.I64, pair, stream));
        Tensor halves = bench.keep(ops.upload(two, DType.F16, pair, stream));
        Tensor mask = bench.keep(ops.upload(one, DType.BOOL, pair, stream));
        boolean[] seen = new boolean[2];
        mask.download(seen, stream);
        assertArrayEquals(new float[] {1.5f, -2}, values.download(stream));
        assertArrayEquals(new long[] {1L << 40, -100}, labels.downloadLabels(stream));
        assertArrayEquals(new float[] {1, -2}, halves.download(stream));
        assertArrayEquals(new boolean[] {true, false}, seen);
    }

    @Test
    void paddedRowsTakeJavasOwnOrderToo() {
        Tensor tensor = bench.keep(ops.empty(DType.F32, new Layout(Shape.of(2, 2), 3)));
        ByteBuffer source = ByteBuffer.allocate(16);
        source.asFloatBuffer().put(new float[] {1, 2, 3, 4});
        tensor.upload(source, stream);
        ByteBuffer target = ByteBuffer.allocate(16);
        tensor.download(target, stream);
        assertArrayEquals(new float[] {1, 2, 3, 4}, tensor.download(stream));
        assertEquals(source, target);
    }

    private static void put(ByteBuffer buffer, int at, DType dtype, long bits) {
        switch (dtype.bytes()) {
            case 8 -> buffer.putLong(at, bits);
            case 4 -> buffer.putInt(at, (int) bits);
            case 2 -> buffer.putShort(at, (short) bits);
            default -> buffer.put(at, (byte) bits);
        }
    }

    private static long get(ByteBuffer buffer, int at, DType dtype) {
        return switch (dtype.bytes()) {
            case 8 -> buffer.getLong(at);
            case 4 -> buffer.getInt(at);
            case 2 -> buffer.getShort(at);
            default -> buffer.get(at);
        };
    }

    @Test
    void labelsGoBothWays() {
        Tensor ints = bench.keep(ops.labels(new int[] {1, -100, 7}, stream));
        Tensor longs = bench.keep(ops.labels(new long[] {1, -100, 1L << 40}, stream));
        assertArrayEquals(new long[] {1, -100, 7}, ints.downloadLabels(stream));
        assertArrayEquals(new long[] {1, -100, 1L << 40}, longs.downloadLabels(stream));
        int[] target = new int[3];
        ints.download(target, stream);
        assertArrayEquals(new int[] {1, -100, 7}, target);
        longs.upload(target, stream);
        assertArrayEquals(new long[] {1, -100, 7}, longs.downloadLabels(stream));
    }

    @Test
    void paddedRowsLieWithoutPaddingOnTheHost() {
        int rows = 700;
        int columns = 1000;
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }
        Tensor buffer = bench.keep(ops.upload(new float[rows * 1003], DType.F32, Shape.of(rows, 1003), stream));
        Layout padded = new Layout(Shape.of(rows, columns), 1003);
        Tensor tensor = bench.keep(ops.wrap(buffer.address(), DType.F32, padded));
        tensor.upload(values, stream);
        assertArrayEquals(values, tensor.download(stream));
        float[] raw = buffer.download(stream);
        assertEquals(values[columns], raw[1003]);
        for (int row = 0; row < rows; row++) {
            assertEquals(0, raw[row * 1003 + 1000] + raw[row * 1003 + 1001] + raw[row * 1003 + 1002]);
        }
    }

    @Test
    void mistakesAreNamed() {
        Tensor floats = bench.empty(DType.F32, 3);
        Tensor ints = bench.empty(DType.I32, 3);
        assertMessage(
                "upload: the array must hold each element once: elements=2, tensor=#1 F32[3]",
                () -> floats.upload(new float[2], stream));
        assertMessage(
                "download: array and dtype do not go together: array=Bits, tensor=#1 F32[3]",
                () -> floats.downloadBits(stream));
        assertMessage(
                "upload: array and dtype do not go together: array=Floats, tensor=#2 I32[3]",
                () -> ints.upload(new float[3], stream));
        assertMessage("upload: long[] fits only I64: tensor=#2 I32[3]", () -> ints.upload(new long[3], stream));
        assertMessage(
                "upload: the buffer must hold each element once: bufferBytes=13, tensorBytes=12, tensor=#1 F32[3]",
                () -> floats.upload(ByteBuffer.allocate(13), stream));
        assertMessage(
                "download: the buffer must hold each element once: bufferBytes=16, tensorBytes=12, tensor=#1 F32[3]",
                () -> floats.download(ByteBuffer.allocate(20).position(4), stream));
        assertMessage(
                "upload: the buffer must hold each element once: bufferBytes=11, tensorBytes=12, dtype=F32, shape=[3]",
                () -> ops.upload(ByteBuffer.allocate(11), DType.F32, Shape.of(3), stream));
        assertMessage(
                "upload: the buffer must hold each element once: bufferBytes=8, tensorBytes=36893488147419103232, "
                        + "dtype=F64, shape=[4611686018427387904]",
                () -> ops.upload(ByteBuffer.allocate(8), DType.F64, Shape.of(1L << 62), stream));
        assertMessage(
                "download: the buffer is read-only: tensor=#1 F32[3]",
                () -> floats.download(ByteBuffer.allocate(12).asReadOnlyBuffer(), stream));
        assertMessage(
                "wrap: address must be a multiple of the element size: address=0x3, dtype=F32",
                () -> ops.wrap(3, DType.F32, Shape.of(1)));
        assertMessage(
                "wrap: not device memory of this size: address=0x4, dtype=F32, shape=[1]",
                () -> ops.wrap(4, DType.F32, Shape.of(1)));
        String end = Long.toHexString(floats.address() + 4);
        assertMessage(
                "wrap: not device memory of this size: address=0x" + end + ", dtype=F32, shape=[3]",
                () -> ops.wrap(floats.address() + 4, DType.F32, Shape.of(3)));
    }

    private static void assertMessage(String message, Runnable call) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
    }
}
