package io.github.logitops.op;

import io.github.logitops.base.Arguments;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Layout;
import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.Shape;

/** The rules that tensors and numbers of one problem keep. Each breach names the op, the rule and the values. */
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
        Arguments.notNull(op, name, tensor);
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

    /** What is written once for each row of x: dense, of the arithmetic dtype, apart from x. */
    static void perRowOutput(String op, String name, Tensor tensor, Rows x) {
        dense(op, name, tensor, x.dtype().arithmetic(), x.rowShape());
        apart(op, name, tensor, x.name(), x.tensor());
    }

    /** What is read once for each row while dx is written: dense, of the arithmetic dtype, apart from dx. */
    static void perRowInput(String op, String name, Tensor tensor, Rows dx) {
        dense(op, name, tensor, dx.dtype().arithmetic(), dx.rowShape());
        apart(op, dx.name(), dx.tensor(), name, tensor);
    }

    /** A gradient that may go over the logits, with a scale that fits it. */
    static void gradientOverLogits(String op, Rows dx, Rows x, GradScale gradScale) {
        gradientOverLogits(op, dx, x, gradScale, dx.rowShape());
    }

    /** The same, where factors have this shape. */
    static void gradientOverLogits(String op, Rows dx, Rows x, GradScale gradScale, Shape factors) {
        Arguments.notNull(op, "gradScale", gradScale);
        alike(op, x, dx);
        sameOrApart(op, dx.name(), dx.tensor(), x.name(), x.tensor());
        fits(op, gradScale, dx, factors);
    }

    /**
     * The scale's value stays what it is in the arithmetic of the rows; infinities and NaN do. Its factors, if there is one for
     * each row, have the rows' shape and are not what is written.
     */
    static void fits(String op, GradScale gradScale, Rows dx) {
        fits(op, gradScale, dx, dx.rowShape());
    }

    /** The same, where factors have this shape. */
    static void fits(String op, GradScale gradScale, Rows dx, Shape factors) {
        if (Double.isFinite(gradScale.value())) {
            held(op, dx.dtype(), "gradScale", gradScale.value());
        }
        Tensor perRow = gradScale.perRow();
        if (perRow != null) {
            dense(op, "gradScale", perRow, dx.dtype().arithmetic(), factors);
            apart(op, dx.name(), dx.tensor(), "gradScale", perRow);
        }
    }

    /** Losses that are reduced have one upstream gradient, not one for each row. */
    static void fits(String op, GradScale gradScale, Reduction reduction) {
        if (gradScale.perRow() != null && reduction != Reduction.NONE) {
            throw new IllegalArgumentException(op + ": gradScale per row needs reduction NONE: reduction=" + reduction);
        }
    }

    /**
     * 0, or a normal number of what the dtype is computed in. Others would silently become 0 or infinite in the kernels, and
     * would not in the CPU mode.
     */
    static void held(String op, DType dtype, String name, double value) {
        DType arithmetic = dtype.arithmetic();
        double narrow = Math.abs(arithmetic == DType.F64 ? value : (float) value);
        double smallest = arithmetic == DType.F64 ? Double.MIN_NORMAL : Float.MIN_NORMAL;
        if (value != 0 && !(narrow >= smallest && Double.isFinite(narrow))) {
            throw new IllegalArgumentException(op + ": " + name + " must be a normal number of " + arithmetic
                    + ", which " + dtype + " is computed in: " + name + "=" + value);
        }
    }

    /** As {@link #held}, and so is its product with log2 e, by which exponents to the base of 2 are made. */
    static void heldAsExponent(String op, DType dtype, String name, double value) {
        held(op, dtype, name, value);
        held(op, dtype, name + "/log(2)", value / Math.log(2));
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
