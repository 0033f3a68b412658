package io.github.logitops.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.github.logitops.MaskedSoftmax;
import io.github.logitops.element.Elements;
import io.github.logitops.memory.Mask;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.reference.SoftmaxReference;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;
import io.github.logitops.support.Bench;
import io.github.logitops.support.DeviceRows;
import io.github.logitops.support.Geometry;
import io.github.logitops.support.Near;
import io.github.logitops.support.Rig;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

/**
 * Logits and a mask, run out of place and in place and compared with the oracle. The mask is looked up coordinate by coordinate,
 * unlike the library's strides.
 *
 * @param maskShape null for no tensor
 * @param mask what is added; of a boolean mask, 0 or 1
 * @param begin bytes before a boolean mask
 */
record MaskedSoftmaxCase(
        DType dtype,
        Geometry geometry,
        double[][] x,
        Shape maskShape,
        double[] mask,
        boolean additive,
        boolean causal,
        int begin) {

    MaskedSoftmaxCase(DType dtype, Geometry geometry, double[][] x) {
        this(dtype, geometry, x, null, null, false, false, 0);
    }

    MaskedSoftmaxCase keep(Shape shape, double... keep) {
        return new MaskedSoftmaxCase(dtype, geometry, x, shape, keep, false, causal, 0);
    }

    MaskedSoftmaxCase additive(Shape shape, double... added) {
        return new MaskedSoftmaxCase(dtype, geometry, x, shape, added, true, causal, 0);
    }

    /** With a random boolean mask. */
    MaskedSoftmaxCase keep(Shape shape) {
        Random random = new Random(7);
        return keep(
                shape,
                random.ints(shape.elements(), 0, 3)
                        .mapToDouble(i -> Math.min(i, 1))
                        .toArray());
    }

    /** With a random additive mask, a quarter of it -inf. */
    MaskedSoftmaxCase additive(Shape shape) {
        Random random = new Random(8);
        double[] added = new double[(int) shape.elements()];
        for (int i = 0; i < added.length; i++) {
            added[i] = random.nextInt(4) == 0
                    ? Double.NEGATIVE_INFINITY
                    : Elements.round(dtype, 4 * random.nextGaussian());
        }
        return additive(shape, added);
    }

    MaskedSoftmaxCase andCausal() {
        return new MaskedSoftmaxCase(dtype, geometry, x, maskShape, mask, additive, true, begin);
    }

    MaskedSoftmaxCase maskAt(int address) {
        return new MaskedSoftmaxCase(dtype, geometry, x, maskShape, mask, additive, causal, address);
    }

    /** Runs on a session of the rig; fails if anything is off; returns what it gave. */
    double[][] check(Rig rig) {
        try (Bench bench = new Bench(rig)) {
            Stream s = bench.stream();
            DeviceRows from = bench.rows(dtype, geometry, x);
            DeviceRows to = bench.poisoned(dtype, geometry);
            MaskedSoftmax op = bench.ops().maskedSoftmax(geometry.specAxis());
            Mask onDevice = onDevice(bench);
            op.forward(from.tensor(), onDevice, to.tensor(), s);
            assertArrayEquals(from.values(), from.read(), "the logits were written");
            double[][] y = to.read();
            for (int n = 0; n < y.length; n++) {
                double[] z = new double[geometry.classes()];
                for (int j = 0; j < z.length; j++) {
                    z[j] = masked(from.values()[n][j], n, j);
                }
                double[] exact = SoftmaxReference.maskedSoftmax(z);
                double[] scale = SoftmaxReference.maskedSoftmaxScale(z, additive);
                Near.assertNear(dtype, exact, y[n], scale, "row " + n + ", " + this);
            }
            op.forward(from.tensor(), onDevice, from.tensor(), s);
            assertArrayEquals(y, from.read(), "in place, " + this);
            return y;
        }
    }

    private Mask onDevice(Bench bench) {
        if (maskShape == null) {
            return Mask.causal();
        }
        Mask made;
        if (additive) {
            made = Mask.additive(bench.vector(dtype, maskShape, mask));
        } else {
            byte[] keep = new byte[begin + mask.length];
            for (int i = 0; i < mask.length; i++) {
                keep[begin + i] = (byte) (mask[i] == 0 ? 0 : 1 + i % 255); // any but 0 is true
            }
            Tensor bytes = bench.empty(DType.BOOL, keep.length);
            bytes.upload(ByteBuffer.wrap(keep), bench.stream());
            made = Mask.keep(bench.keep(bench.ops().wrap(bytes.address() + begin, DType.BOOL, maskShape)));
        }
        return causal ? made.andCausal() : made;
    }

    private double masked(double logit, int row, int column) {
        long[] at = coordinates(row, column);
        Shape shape = geometry.shape();
        int last = shape.rank() - 1;
        if (causal && at[last] > at[last - 1] + shape.extent(last) - shape.extent(last - 1)) {
            return Double.NEGATIVE_INFINITY;
        }
        if (maskShape == null) {
            return logit;
        }
        int index = 0;
        for (int d = 0; d < maskShape.rank(); d++) {
            long coordinate = maskShape.extent(d) == 1 ? 0 : at[shape.rank() - maskShape.rank() + d];
            index = (int) (index * maskShape.extent(d) + coordinate);
        }
        if (additive) {
            return SoftmaxReference.plusMask(dtype, new double[] {logit}, new double[] {mask[index]})[0];
        }
        return mask[index] == 0 ? Double.NEGATIVE_INFINITY : logit;
    }

    private long[] coordinates(int row, int column) {
        long[] at = new long[geometry.shape().rank()];
        long rest = row;
        for (int d = at.length - 1; d >= 0; d--) {
            if (d == geometry.axis()) {
                at[d] = column;
            } else {
                at[d] = rest % geometry.shape().extent(d);
                rest /= geometry.shape().extent(d);
            }
        }
        return at;
    }

    @Override
    public String toString() {
        String kind = maskShape == null ? "no tensor" : (additive ? "additive " : "keep ") + maskShape;
        return dtype + " " + geometry + ", " + kind + (causal ? ", causal" : "")
                + (mask != null && mask.length < 20 ? " " + Arrays.toString(mask) : "");
    }
}
