package io.github.logitops;

import io.github.logitops.base.Arguments;
import io.github.logitops.memory.HostTensor;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;
import java.lang.reflect.Array;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.function.BiFunction;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;

/**
 * A kind of host array that ops take instead of tensors. The one place that knows that {@code float[]} means F32 and
 * {@code double[]} F64.
 */
record HostForm<A>(DType dtype, IntFunction<A> make, UnaryOperator<A> copy, BiFunction<A, Shape, HostTensor> host) {
    static final HostForm<float[]> FLOATS = new HostForm<>(DType.F32, float[]::new, float[]::clone, HostTensor::of);
    static final HostForm<double[]> DOUBLES = new HostForm<>(DType.F64, double[]::new, double[]::clone, HostTensor::of);

    /** Found out before memory is asked for: a wrong shape may be a huge one. */
    static void requireLength(String call, String name, Object array, Shape shape) {
        long elements = Array.getLength(Arguments.notNull(call, name, array));
        if (elements != Arguments.notNull(call, "shape", shape).elements()) {
            throw new IllegalArgumentException(
                    call + ": " + name + " must hold each element once: elements=" + elements + ", shape=" + shape);
        }
    }

    /** The same of the bytes of elements. */
    static void requireBytes(ByteBuffer buffer, DType dtype, Shape shape) {
        long bytes = Arguments.notNull("upload", "bytes", buffer).remaining();
        Arguments.notNull("upload", "dtype", dtype);
        Arguments.notNull("upload", "shape", shape);
        if (bytes % dtype.bytes() != 0 || bytes / dtype.bytes() != shape.elements()) {
            BigInteger ofTensor = BigInteger.valueOf(shape.elements()).multiply(BigInteger.valueOf(dtype.bytes()));
            throw new IllegalArgumentException("upload: the buffer must hold each element once: bufferBytes=" + bytes
                    + ", tensorBytes=" + ofTensor + ", dtype=" + dtype + ", shape=" + shape);
        }
    }
}
