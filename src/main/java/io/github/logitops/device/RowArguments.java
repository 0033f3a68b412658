package io.github.logitops.device;

import io.github.logitops.driver.KernelArguments;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.Rows;

/**
 * What kernels take of tensors and rows. Arguments go outputs first, then inputs, optional inputs (0 where absent), rows,
 * columns, strides, numbers.
 */
final class RowArguments {
    private RowArguments() {}

    /** Arguments that begin with these tensors' addresses in this order, 0 for null. */
    static KernelArguments pointers(Tensor... tensors) {
        return pointers(new KernelArguments(), tensors);
    }

    /** Appends these tensors' addresses in this order, 0 for null. */
    static KernelArguments pointers(KernelArguments arguments, Tensor... tensors) {
        for (Tensor tensor : tensors) {
            arguments.pointer(tensor == null ? 0 : tensor.address());
        }
        return arguments;
    }

    /** Appends how many rows and columns there are. */
    static void shape(KernelArguments arguments, Rows rows) {
        arguments.int64(rows.count()).int64(rows.inner()).int32(rows.classes());
    }

    /** Appends where rows and columns lie; zeros for null. */
    static void strides(KernelArguments arguments, Rows rows) {
        arguments.int64(rows == null ? 0 : rows.outerStride()).int64(rows == null ? 0 : rows.axisStride());
    }
}
