package io.github.logitops;

import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;

/**
 * Ops on host arrays by way of tensors: uploads, runs the tensor form in place, downloads. The one place that knows that
 * {@code float[]} means F32 and {@code double[]} F64.
 */
record HostForm<A>(DType dtype, Up<A> up, Down<A> down) {
    static final HostForm<float[]> FLOATS = new HostForm<>(DType.F32, Tensor::upload, Tensor::download);
    static final HostForm<double[]> DOUBLES = new HostForm<>(DType.F64, Tensor::upload, Tensor::downloadDoubles);

    /** Uploads an array. */
    interface Up<A> {
        void apply(Tensor tensor, A array, Stream stream);
    }

    /** Downloads a new array. */
    interface Down<A> {
        A apply(Tensor tensor, Stream stream);
    }

    /** An op that writes over its input. */
    interface InPlace {
        void run(Tensor tensor, Stream stream);
    }

    /** An op that writes over its second input. */
    interface OverSecond {
        void run(Tensor first, Tensor second, Stream stream);
    }

    A map(LogitOps ops, A x, Shape shape, InPlace op) {
        try (Stream stream = ops.newStream();
                Tensor tensor = upload(ops, x, shape, stream)) {
            op.run(tensor, stream);
            return down.apply(tensor, stream);
        }
    }

    A map(LogitOps ops, A first, A second, Shape shape, OverSecond op) {
        try (Stream stream = ops.newStream();
                Tensor one = upload(ops, first, shape, stream);
                Tensor other = upload(ops, second, shape, stream)) {
            op.run(one, other, stream);
            return down.apply(other, stream);
        }
    }

    Tensor upload(LogitOps ops, A array, Shape shape, Stream stream) {
        return ops.filled(dtype, shape, tensor -> up.apply(tensor, array, stream));
    }
}
