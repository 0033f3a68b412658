package io.github.logitops.cpu;

import io.github.logitops.memory.Tensor;

/**
 * A matrix in host memory.
 *
 * @param elements its elements
 * @param rowStride from the start of a row to that of the next
 */
record MatrixView(ElementBuffer elements, long rowStride) {
    /** Some rows and columns of a matrix. */
    record Part(int row, int rows, int column, int columns) {
        Part transposedIf(boolean transpose) {
            return transpose ? new Part(column, columns, row, rows) : this;
        }
    }

    static MatrixView of(HostDriver driver, Tensor tensor) {
        return new MatrixView(driver.elements(tensor), tensor.layout().rowStride());
    }

    /** Copies a part to an array, row by row. */
    <A> void read(Part part, ProductArrays<A> arrays, A into) {
        for (int row = 0; row < part.rows(); row++) {
            arrays.read(elements, index(part, row), into, row * part.columns(), part.columns());
        }
    }

    /** Overwrites a part; each element is rounded once. */
    <A> void write(Part part, ProductArrays<A> arrays, A from) {
        for (int row = 0; row < part.rows(); row++) {
            arrays.write(from, row * part.columns(), elements, index(part, row), part.columns());
        }
    }

    private int index(Part part, int row) {
        return (int) ((part.row() + row) * rowStride) + part.column();
    }
}
