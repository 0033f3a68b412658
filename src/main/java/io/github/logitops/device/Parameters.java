package io.github.logitops.device;

import io.github.logitops.driver.KernelArguments;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.RowLabels;
import io.github.logitops.op.RowStatistics;
import io.github.logitops.op.Rows;
import io.github.logitops.spec.DType;

/** The struct that a kernel takes: each method appends one of the structs of kernels/include, in the order of its fields. */
final class Parameters {
    private final KernelArguments fields = new KernelArguments();

    /** Shape. */
    Parameters shape(Rows rows, int keptFragments) {
        fields.int64(rows.count()).int64(rows.inner()).int32(rows.classes()).int32(keptFragments);
        return this;
    }

    /** Tensor; all 0 for null. */
    Parameters tensor(Rows rows) {
        if (rows == null) {
            fields.pointer(0).int64(0).int64(0);
        } else {
            fields.pointer(rows.tensor().address()).int64(rows.outerStride()).int64(rows.axisStride());
        }
        return this;
    }

    /** Elements. */
    Parameters elements(long rows, long length, boolean vectors) {
        fields.int64(rows).int64(length).int32(vectors ? 1 : 0);
        return this;
    }

    /** Matrix; all 0 for null. */
    Parameters matrix(Tensor tensor) {
        return perRow(tensor, tensor == null ? 0 : tensor.layout().rowStride());
    }

    /** A pointer; 0 for null. */
    Parameters pointer(Tensor tensor) {
        fields.pointer(tensor == null ? 0 : tensor.address());
        return this;
    }

    /** Statistics; null for none. */
    Parameters statistics(Tensor statistics) {
        return perRow(statistics, statistics == null ? 0 : RowStatistics.stride(statistics));
    }

    /** Partials of so many rows; null for none. */
    Parameters perRow(Tensor values, long rows) {
        pointer(values);
        fields.int64(rows);
        return this;
    }

    /** GradScale. */
    Parameters gradScale(GradScale scale) {
        pointer(scale.perRow());
        fields.float64(scale.value());
        return this;
    }

    /** ClassLabels; all 0 for null. */
    Parameters labels(RowLabels labels) {
        if (labels == null) {
            fields.pointer(0).int64(0).int32(0).int32(0);
        } else {
            fields.pointer(labels.labels().address())
                    .int64(labels.ignoreIndex().orElse(0))
                    .int32(labels.ignoreIndex().isPresent() ? 1 : 0)
                    .int32(labels.labels().dtype() == DType.I64 ? 1 : 0);
        }
        return this;
    }

    Parameters int32(int value) {
        fields.int32(value);
        return this;
    }

    Parameters int64(long value) {
        fields.int64(value);
        return this;
    }

    /** 1 for true. */
    Parameters int64(boolean value) {
        return int64(value ? 1 : 0);
    }

    Parameters float64(double value) {
        fields.float64(value);
        return this;
    }

    /** A number of the type that is computed in. */
    Parameters number(double value, DType arithmetic) {
        if (arithmetic == DType.F64) {
            fields.float64(value);
        } else {
            fields.float32((float) value);
        }
        return this;
    }

    KernelArguments fields() {
        return fields;
    }
}
