package io.github.logitops;

import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.DType;
import java.util.function.BiConsumer;
import java.util.function.IntToLongFunction;

/**
 * Labels in an array of the host.
 *
 * @param dtype I32 or I64
 * @param length how many there are
 * @param at the label of a row
 * @param upload copies them to a tensor
 */
record HostLabels(DType dtype, int length, IntToLongFunction at, BiConsumer<Tensor, Stream> upload) {
    /** Null of null. */
    static HostLabels of(int[] labels) {
        return labels == null
                ? null
                : new HostLabels(DType.I32, labels.length, i -> labels[i], (to, stream) -> to.upload(labels, stream));
    }

    /** Null of null. */
    static HostLabels of(long[] labels) {
        return labels == null
                ? null
                : new HostLabels(DType.I64, labels.length, i -> labels[i], (to, stream) -> to.upload(labels, stream));
    }

    void upload(Tensor to, Stream stream) {
        upload.accept(to, stream);
    }
}
