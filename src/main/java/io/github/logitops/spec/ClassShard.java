package io.github.logitops.spec;

import java.io.Serializable;

/**
 * Which classes the columns of a tensor are: {@code first}, {@code first + 1}, ... of {@code classes}, as where a vocabulary
 * is split over devices.
 *
 * @param first the class of the first column
 * @param classes how many classes there are in all
 */
public record ClassShard(long first, long classes) implements Serializable {
    public ClassShard {
        if (classes < 1 || classes > Integer.MAX_VALUE || first < 0 || first >= classes) {
            throw new IllegalArgumentException("shard: the first class must be one of 1 to 2^31-1 classes: first="
                    + first + ", classes=" + classes);
        }
    }

    /** All classes: no shard. */
    public static ClassShard all(long classes) {
        return new ClassShard(0, classes);
    }
}
