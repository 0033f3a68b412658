package io.github.logitops.spec;

import io.github.logitops.base.Arguments;
import java.io.Serializable;

/**
 * The dimension an op works along.
 *
 * @param index counted from 0 at the outermost dimension, or from -1 at the innermost one backwards
 */
public record Axis(int index) implements Serializable {
    /** The innermost dimension, where a row's elements are neighbours in memory. */
    public static final Axis LAST = new Axis(-1);

    /** The dimension with this index; -1 is the innermost one. */
    public static Axis of(int index) {
        return new Axis(index);
    }

    /**
     * This axis as a non-negative dimension of {@code shape}.
     *
     * @throws IllegalArgumentException if the shape has no such dimension
     */
    public int in(Shape shape) {
        Arguments.notNull("axis", "shape", shape);
        int dimension = index < 0 ? index + shape.rank() : index;
        if (dimension < 0 || dimension >= shape.rank()) {
            throw new IllegalArgumentException("axis: no such dimension: axis=" + index + ", shape=" + shape);
        }
        return dimension;
    }
}
