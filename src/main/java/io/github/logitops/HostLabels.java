package io.github.logitops;

import io.github.logitops.memory.HostTensor;
import io.github.logitops.spec.Shape;
import java.util.function.Function;
import java.util.function.IntToLongFunction;

/**
 * Labels in an array of the host.
 *
 * @param length how many there are
 * @param at the label of a row
 * @param host what they are as a tensor of the rows' shape
 */
record HostLabels(int length, IntToLongFunction at, Function<Shape, HostTensor> host) {
    /** Null of null. */
    static HostLabels of(int[] labels) {
        return labels == null
                ? null
                : new HostLabels(labels.length, row -> labels[row], rows -> HostTensor.of(labels, rows));
    }

    /** Null of null. */
    static HostLabels of(long[] labels) {
        return labels == null
                ? null
                : new HostLabels(labels.length, row -> labels[row], rows -> HostTensor.of(labels, rows));
    }
}
