package io.github.logitops.op;

import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Layout;
import io.github.logitops.spec.Shape;

/** The rules that tensors of one problem keep among each other. Each breach names the op, the rule and the values. */
final class Require {
    private Require() {}

    /** One shape and one dtype. */
    static void alike(String op, Rows a, Rows b) {
        if (!a.shape().equals(b.shape())) {
            throw new IllegalArgumentException(op + ": " + a.name() + " and " + b.name() + " must have one shape: "
                    + a.name() + "=" + a.shape() + ", " + b.name() + "=" + b.shape());
        }
        if (a.dtype() != b.dtype()) {
            throw new IllegalArgumentException(op + ": " + a.name() + " and " + b.name() + " must have one dtype: "
                    + a.name() + "=" + a.dtype() + ", " + b.name() + "=" + b.dtype());
        }
    }

    /** A tensor of this dtype and shape, without padding. */
    static void dense(String op, String name, Tensor tensor, DType dtype, Shape shape) {
        if (tensor.dtype() != dtype
                || !tensor.shape().equals(shape)
                || !tensor.layout().isDense()) {
            throw new IllegalArgumentException(op + ": " + name + " must be " + dtype + shape + " without padding: "
                    + name + "=" + tensor.dtype() + tensor.layout());
        }
        tensor.address();
    }

    /** The output is the input itself, or shares no byte with it. */
    static void sameOrApart(String op, String output, Tensor out, String input, Tensor in) {
        boolean same = out.address() == in.address()
                && out.dtype() == in.dtype()
                && out.layout().equals(in.layout());
        if (!same) {
            apart(op, output, out, input, in);
        }
    }

    /** The output shares no byte with the input. */
    static void apart(String op, String output, Tensor out, String input, Tensor in) {
        boolean overlap = in.address() < out.address() ? overlap(in, out) : overlap(out, in);
        if (overlap) {
            throw new IllegalArgumentException(op + ": " + output + " must not overlap " + input + ": " + output + "="
                    + range(out) + ", " + input + "=" + range(in));
        }
    }

    private static boolean overlap(Tensor low, Tensor high) {
        if (low.bytes() == 0 || high.bytes() == 0 || high.address() >= low.address() + low.bytes()) {
            return false;
        }
        long stride = low.layout().rowStride() * low.dtype().bytes();
        if (stride != high.layout().rowStride() * high.dtype().bytes()) {
            return true;
        }
        // Column slices of one buffer: rows of equal pitch that lie in each other's padding.
        long offset = (high.address() - low.address()) % stride;
        return offset < rowBytes(low) || offset + rowBytes(high) > stride;
    }

    private static long rowBytes(Tensor tensor) {
        Layout layout = tensor.layout();
        return layout.rowLength() * tensor.dtype().bytes();
    }

    private static String range(Tensor tensor) {
        return "0x" + Long.toHexString(tensor.address()) + "+" + tensor.bytes();
    }
}
