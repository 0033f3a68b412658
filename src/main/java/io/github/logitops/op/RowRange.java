package io.github.logitops.op;

import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Tensor;
import io.github.logitops.pool.DeviceTensor;
import io.github.logitops.spec.Layout;
import io.github.logitops.spec.Shape;

/**
 * Some of a batch's rows, whatever shape these have: their parts of tensors are tensors that share those ones' memory.
 *
 * @param first the first of them
 * @param count how many
 */
record RowRange(long first, long count) {
    /** Rows of a tensor along its last axis. */
    Tensor rows(Tensor tensor) {
        Layout layout = tensor.layout();
        long stride = layout.rowStride();
        return DeviceTensor.view(tensor, first * stride, new Layout(Shape.of(count, layout.rowLength()), stride));
    }

    /** Of a tensor without padding that has a number for each row; null of null. */
    Tensor perRow(Tensor tensor) {
        return tensor == null ? null : DeviceTensor.view(tensor, first, Layout.dense(Shape.of(count)));
    }

    /** Of one that has several for each row, first one of each. */
    Tensor statistics(Tensor tensor) {
        long rows = RowStatistics.stride(tensor);
        return DeviceTensor.view(tensor, first, new Layout(RowStatistics.shape(Shape.of(count)), rows));
    }

    RowLabels labels(RowLabels labels) {
        return labels == null ? null : new RowLabels(perRow(labels.labels()), labels.ignoreIndex());
    }

    GradScale gradScale(GradScale scale) {
        return new GradScale(scale.value(), perRow(scale.perRow()));
    }
}
