package io.github.logitops.spark;

import java.io.Serializable;

/** What partitions give, to be added up. */
interface Addend<T> extends Serializable {
    /** The sum, for which either may be overwritten. */
    T plus(T other);
}
