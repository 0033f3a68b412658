package io.github.logitops.contract;

import static io.github.logitops.contract.SoftmaxContract.assertMessage;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.CrossEntropy;
import io.github.logitops.HostCall;
import io.github.logitops.element.Elements;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.HostTensor;
import io.github.logitops.memory.Mask;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.Shape;
import io.github.logitops.support.Bench;
import io.github.logitops.support.EachFloatingDType;
import io.github.logitops.support.OnEachRig;
import io.github.logitops.support.Rig;
import io.github.logitops.support.RigKind;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Ops on every kind of host memory: read, written, and both at once. */
@OnEachRig
class HostTensorTest {
    private static final Shape SHAPE = Shape.of(3, 7);
    private static final int ELEMENTS = 21;
    private static final int BEFORE = 3; // elements of a buffer before its position

    private final Rig rig;

    HostTensorTest(RigKind kind) {
        rig = kind.rig();
    }

    /** Memory, and how to look at it. */
    private record Kind(String name, HostTensor host, Supplier<double[]> values) {}

    /** All kinds that hold these values in a dtype. */
    private static List<Kind> kinds(DType dtype, double[] values) {
        List<Kind> kinds = new ArrayList<>();
        double[] doubles = values.clone();
        kinds.add(new Kind("double[]", HostTensor.of(doubles, dtype, SHAPE), () -> doubles));
        if (dtype != DType.F64) {
            float[] floats = new float[ELEMENTS];
            for (int i = 0; i < ELEMENTS; i++) {
                floats[i] = (float) values[i];
            }
            Supplier<double[]> widened = () -> {
                double[] wide = new double[ELEMENTS];
                Arrays.setAll(wide, i -> floats[i]);
                return wide;
            };
            kinds.add(new Kind("float[]", HostTensor.of(floats, dtype, SHAPE), widened));
        }
        for (ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
            for (boolean direct : new boolean[] {false, true}) {
                ByteBuffer bytes = bytes(dtype, values, order, direct);
                kinds.add(new Kind(
                        "bytes, " + order + ", " + bytes.isDirect(),
                        HostTensor.of(bytes, dtype, SHAPE),
                        () -> values(dtype, bytes)));
                if (dtype == DType.F32) {
                    FloatBuffer floats = bytes.slice().order(order).asFloatBuffer();
                    kinds.add(new Kind("floats, " + order, HostTensor.of(floats, SHAPE), () -> values(dtype, bytes)));
                } else if (dtype == DType.F64) {
                    DoubleBuffer of = bytes.slice().order(order).asDoubleBuffer();
                    kinds.add(new Kind("doubles, " + order, HostTensor.of(of, SHAPE), () -> values(dtype, bytes)));
                }
            }
        }
        if (dtype.bytes() == 2) {
            short[] bits = new short[ELEMENTS];
            ByteBuffer native16 = bytes(dtype, values, ByteOrder.nativeOrder(), false);
            native16.asShortBuffer().get(bits);
            kinds.add(new Kind("short[]", HostTensor.of(bits, dtype, SHAPE), () -> {
                ByteBuffer now = ByteBuffer.allocate(2 * ELEMENTS).order(ByteOrder.nativeOrder());
                now.asShortBuffer().put(bits);
                return values(dtype, now);
            }));
        }
        return kinds;
    }

    /** A buffer that holds the values from its position on. */
    private static ByteBuffer bytes(DType dtype, double[] values, ByteOrder order, boolean direct) {
        int size = (BEFORE + ELEMENTS) * dtype.bytes();
        ByteBuffer bytes = direct ? ByteBuffer.allocateDirect(size) : ByteBuffer.allocate(size);
        bytes.order(order).position(BEFORE * dtype.bytes());
        Elements.write(dtype, bytes, bytes.position(), dtype.bytes(), values, 0, ELEMENTS);
        return bytes;
    }

    private static double[] values(DType dtype, ByteBuffer bytes) {
        double[] values = new double[ELEMENTS];
        Elements.read(dtype, bytes, bytes.position(), dtype.bytes(), values, 0, ELEMENTS);
        return values;
    }

    /** Numbers that the dtype holds. */
    private static double[] numbers(DType dtype) {
        double[] values = new Random(1).doubles(ELEMENTS, -3, 3).toArray();
        return values(dtype, bytes(dtype, values, ByteOrder.nativeOrder(), false));
    }

    @EachFloatingDType
    void everyKindOfMemoryGoesInAndOut(DType dtype) {
        try (Bench bench = new Bench(rig)) {
            double[] numbers = numbers(dtype);
            Tensor x = bench.vector(dtype, SHAPE, numbers);
            bench.ops().softmax(-1).forward(x, x, bench.stream());
            double[] expected = x.downloadDoubles(bench.stream());
            int count = kinds(dtype, numbers).size();
            for (int i = 0; i < count; i++) {
                Kind source = kinds(dtype, numbers).get(i);
                Kind target = kinds(dtype, new double[ELEMENTS]).get((i + 1) % count);
                Kind both = kinds(dtype, numbers).get(i);
                bench.ops().onHost(host -> {
                    bench.ops().softmax(-1).forward(host.in(source.host), host.out(target.host), host.stream());
                    Tensor over = host.inOut(both.host);
                    bench.ops().softmax(-1).forward(over, over, host.stream());
                    return null;
                });
                assertArrayEquals(numbers, source.values.get(), source.name);
                assertArrayEquals(expected, target.values.get(), target.name);
                assertArrayEquals(expected, both.values.get(), both.name);
            }
        }
    }

    @EachFloatingDType
    void tensorsAreUploadedFromItAndDownloadedToIt(DType dtype) {
        try (Bench bench = new Bench(rig)) {
            double[] numbers = numbers(dtype);
            for (Kind source : kinds(dtype, numbers)) {
                Tensor x = bench.keep(bench.ops().upload(source.host, bench.stream()));
                assertArrayEquals(numbers, x.downloadDoubles(bench.stream()), source.name);
                for (Kind target : kinds(dtype, new double[ELEMENTS])) {
                    x.download(target.host, bench.stream());
                    assertArrayEquals(numbers, target.values.get(), target.name);
                }
            }
        }
    }

    @Test
    void anyFormTakesIt() {
        try (Bench bench = new Bench(rig)) {
            CrossEntropy op =
                    bench.ops().crossEntropy(CrossEntropyOptions.defaults().withReduction(Reduction.NONE), -1);
            float[] x = {1, 2, 3, 4};
            float[] gradient = new float[4];
            ByteBuffer labels = ByteBuffer.allocate(16).putLong(1).putLong(0).flip();
            bench.ops().onHost(host -> {
                Tensor logits = host.in(HostTensor.of(x, Shape.of(2, 2)));
                Tensor dx = host.out(HostTensor.of(gradient, Shape.of(2, 2)));
                Tensor y = host.in(HostTensor.of(labels, DType.I64, Shape.of(2)));
                GradScale factors = GradScale.perRow(host.in(HostTensor.of(new float[] {1, 2}, Shape.of(2))));
                var result = host.closing(op.newResult(DType.F32, Shape.of(2, 2), host.stream()));
                op.forwardBackward(logits, y, null, factors, dx, result, host.stream());
                return null;
            });
            float p = (float) (1 / (1 + Math.E));
            assertArrayEquals(new float[] {p, -p, -2 * (1 - p), 2 * (1 - p)}, gradient, 1e-6f);

            boolean[] keep = {true, false};
            double[] y = bench.ops().onHost(host -> {
                Mask mask = Mask.keep(host.in(HostTensor.of(keep, Shape.of(2)))).andCausal();
                Tensor over = host.inOut(HostTensor.of(new float[4], Shape.of(2, 2)));
                bench.ops().maskedSoftmax(-1).forward(over, mask, over, host.stream());
                return over.downloadDoubles(host.stream());
            });
            assertArrayEquals(new double[] {1, 0, 1, 0}, y);
        }
    }

    @Test
    void aCallThatFailsGivesEverythingBack() {
        try (Bench bench = new Bench(rig)) {
            IllegalStateException failure = new IllegalStateException();
            float[] out = {1, 2};
            assertSame(
                    failure,
                    assertThrows(
                            IllegalStateException.class,
                            () -> bench.ops().onHost(host -> {
                                host.out(HostTensor.of(out, Shape.of(2)));
                                host.in(HostTensor.of(new short[2], DType.BF16, Shape.of(2)));
                                throw failure;
                            })));
            assertEquals(0, bench.ops().memoryStatistics().liveTensors());
            assertArrayEquals(new float[] {1, 2}, out);
        }
    }

    @Test
    void whatIsWrittenHasOneTensor() {
        float[] array = {1, 2, 3, 4};
        Shape two = Shape.of(2);
        HostTensor all = HostTensor.of(array, Shape.of(4));
        HostTensor first = HostTensor.of(FloatBuffer.wrap(array, 0, 2), two);
        HostTensor second = HostTensor.of(FloatBuffer.wrap(array, 2, 2), two);
        HostTensor middle = HostTensor.of(FloatBuffer.wrap(array, 1, 2), two);
        try (Bench bench = new Bench(rig)) {
            String message = "onHost: what is written has no other tensor in the call: ";
            assertMessage(
                    message + "target=" + all + ", other=" + all,
                    () -> bench.ops().onHost(host -> {
                        host.in(all);
                        return host.out(all);
                    }));
            assertMessage(
                    message + "source=" + middle + ", other=" + second,
                    () -> bench.ops().onHost(host -> {
                        host.inOut(second);
                        return host.in(middle);
                    }));
            bench.ops().onHost(host -> {
                host.in(all);
                host.in(all);
                return null;
            });
            bench.ops().onHost(host -> {
                bench.ops().softmax().forward(host.in(first), host.out(second), host.stream());
                return null;
            });
            assertArrayEquals(new float[] {1, 2, array[2], 1 - array[2]}, array, 1e-6f);
        }
    }

    @Test
    void nothingIsDoneAfterTheCall() {
        HostTensor two = HostTensor.of(new float[2], Shape.of(2));
        try (Bench bench = new Bench(rig)) {
            HostCall over = bench.ops().onHost(host -> host);
            for (Consumer<HostCall> late : List.<Consumer<HostCall>>of(
                    host -> host.in(two), host -> host.out(two), host -> host.inOut(two), HostCall::stream)) {
                String message = assertThrows(IllegalStateException.class, () -> late.accept(over))
                        .getMessage();
                assertTrue(message.startsWith("onHost: used after the call: stream="), message);
            }
            assertThrows(IllegalStateException.class, () -> over.closing(bench.stream()));
        }
    }

    @Test
    void badMemoryIsNamed() {
        Shape two = Shape.of(2);
        assertMessage(
                "hostTensor: each element must be there once: elements=3, dtype=F32, shape=[2]",
                () -> HostTensor.of(new float[3], two));
        assertMessage(
                "hostTensor: memory and dtype do not go together: memory=short[], dtype=F32",
                () -> HostTensor.of(new short[2], DType.F32, two));
        assertMessage(
                "hostTensor: memory and dtype do not go together: memory=float[], dtype=I32",
                () -> HostTensor.of(new float[2], DType.I32, two));
        assertMessage(
                "hostTensor: memory and dtype do not go together: memory=HeapByteBuffer, dtype=F32",
                () -> HostTensor.of(ByteBuffer.allocate(9), DType.F32, two));
        assertMessage(
                "hostTensor: not a MemorySegment: segment=java.lang.String",
                () -> HostTensor.ofSegment("segment", DType.F32, two));
        try (Bench bench = new Bench(rig)) {
            HostTensor fixed = HostTensor.of(FloatBuffer.allocate(2).asReadOnlyBuffer(), two);
            String buffer = "F32[2] in " + fixed.memory().getClass().getSimpleName();
            assertMessage(
                    "onHost: the buffer is read-only: target=" + buffer,
                    () -> bench.ops().onHost(host -> host.out(fixed)));
            Tensor x = bench.vector(DType.F32, two, 1, 2);
            assertMessage("download: the buffer is read-only: tensor=" + x, () -> x.download(fixed, bench.stream()));
            assertMessage(
                    "upload: of another dtype or shape: host=F32[1, 2] in float[], tensor=" + x,
                    () -> x.upload(HostTensor.of(new float[2], Shape.of(1, 2)), bench.stream()));
            assertTrue(bench.ops().onHost(host -> host.in(fixed).downloadDoubles(host.stream()))[1] == 0);
        }
    }

    /** From JDK 22 on there are segments. */
    @Test
    void segmentsAreMemory() throws Exception {
        Class<?> type;
        try {
            type = Class.forName("java.lang.foreign.MemorySegment");
        } catch (ClassNotFoundException e) {
            assertTrue(Runtime.version().feature() < 22);
            return;
        }
        Object overFloats = type.getMethod("ofArray", float[].class).invoke(null, (Object) new float[2]);
        String message = assertThrows(
                        IllegalArgumentException.class, () -> HostTensor.ofSegment(overFloats, DType.F32, Shape.of(2)))
                .getMessage();
        assertTrue(message.startsWith("hostTensor: no buffer: segment=MemorySegment"), message);
        for (String scope : new String[] {"ofAuto", "ofConfined"}) {
            requireInPlace(segment(scope, 1 << 17), scope.equals("ofConfined"));
        }
    }

    private static HostTensor segment(String scope, int elements) throws ReflectiveOperationException {
        Class<?> arena = Class.forName("java.lang.foreign.Arena");
        Object made = arena.getMethod(scope).invoke(null);
        Object segment = arena.getMethod("allocate", long.class, long.class).invoke(made, 4L * elements, 8L);
        return HostTensor.ofSegment(segment, DType.F32, Shape.of(elements / 2, 2));
    }

    /** So many rows that several threads share them. */
    private void requireInPlace(HostTensor zeros, boolean confined) {
        assertEquals(confined, zeros.isConfined());
        try (Bench bench = new Bench(rig)) {
            bench.ops().onHost(host -> {
                Tensor over = host.inOut(zeros);
                bench.ops().softmax().forward(over, over, host.stream());
                return null;
            });
            ByteBuffer bytes = (ByteBuffer) zeros.memory();
            assertEquals(0.5f, bytes.getFloat(0));
            assertEquals(0.5f, bytes.getFloat(bytes.capacity() - 4));
        }
    }

    /** Memory whose owner gives it back once it is garbage, as another library's array does. */
    @Test
    void callsKeepTheOwner() throws InterruptedException {
        try (Bench bench = new Bench(rig)) {
            WeakReference<Object> owner = bench.ops().onHost(host -> {
                Object made = new Object();
                WeakReference<Object> reference = new WeakReference<>(made);
                host.in(HostTensor.of(new float[1], Shape.of(1)).ownedBy(made));
                made = null;
                System.gc();
                assertNotNull(reference.get());
                return reference;
            });
            for (int i = 0; i < 100 && owner.get() != null; i++) {
                System.gc();
                Thread.sleep(10);
            }
            assertNull(owner.get());
        }
    }
}
