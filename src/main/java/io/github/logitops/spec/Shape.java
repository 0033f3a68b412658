package io.github.logitops.spec;

import io.github.logitops.base.Arguments;
import java.io.Serializable;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The extents of a tensor, outermost first. Extents may be zero; a shape of rank 0 has one element. Immutable. */
public final class Shape implements Serializable {
    private static final long serialVersionUID = 1;

    private final long[] extents;
    private final long elements;

    private Shape(long[] extents) {
        this.extents = extents;
        long product = 1;
        for (long extent : extents) {
            if (extent < 0) {
                throw new IllegalArgumentException("shape: extents must not be negative: shape=" + this);
            }
            try {
                product = Math.multiplyExact(product, extent);
            } catch (ArithmeticException e) {
                throw new IllegalArgumentException("shape: more than 2^63-1 elements: shape=" + this, e);
            }
        }
        this.elements = product;
    }

    /** A shape of these extents, outermost first. */
    public static Shape of(long... extents) {
        return new Shape(Arguments.notNull("shape", "extents", extents).clone());
    }

    /** The number of dimensions. */
    public int rank() {
        return extents.length;
    }

    /** The extent of dimension {@code index}, counted from 0. */
    public long extent(int index) {
        return extents[index];
    }

    /** The product of the extents. */
    public long elements() {
        return elements;
    }

    /** This shape without one dimension: the shape of what a reduction along {@code axis} leaves. */
    public Shape without(Axis axis) {
        int removed = Arguments.notNull("shape.without", "axis", axis).in(this);
        long[] kept = new long[extents.length - 1];
        for (int i = 0; i < kept.length; i++) {
            kept[i] = extents[i < removed ? i : i + 1];
        }
        return new Shape(kept);
    }

    /** These extents, then those of this shape: that of several tensors like it, one after the other. */
    public Shape within(long... outer) {
        Arguments.notNull("shape.within", "outer", outer);
        long[] all = Arrays.copyOf(outer, outer.length + extents.length);
        System.arraycopy(extents, 0, all, outer.length, extents.length);
        return new Shape(all);
    }

    /** This shape with another outermost extent; it must have one. */
    Shape withOutermost(long extent) {
        long[] changed = extents.clone();
        changed[0] = extent;
        return new Shape(changed);
    }

    /** The product of the extents of dimensions {@code from} (inclusive) to {@code to} (exclusive). */
    long product(int from, int to) {
        long product = 1;
        for (int i = from; i < to; i++) {
            product *= extents[i];
        }
        return product;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape that && Arrays.equals(extents, that.extents);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(extents);
    }

    @Override
    public String toString() {
        return Arrays.stream(extents).mapToObj(Long::toString).collect(Collectors.joining(", ", "[", "]"));
    }

    /** As any other shape: with extents of its own, looked at. */
    private Object readResolve() {
        return of(extents);
    }
}
