package io.github.logitops.cpu;

import io.github.logitops.cpu.ProductLoops.Part;

/**
 * A matrix in host memory.
 *
 * @param elements its elements
 * @param rowStride from the start of a row to that of the next
 */
record MatrixView(ElementBuffer elements, long rowStride) {
    /** Copies a part to an array, row by row. */
    <A> void read(Part part, ProductArrays<A> arrays, A into) {
        for (int row = 0; row < part.rows(); row++) {
            arrays.read(elements, index(part, row), into, row * part.columns(), part.columns());
        }
    }

    /** Overwrites a part, or adds to it; each element is rounded once. */
    <A> void write(Part part, ProductArrays<A> arrays, A from, boolean add) {
        for (int row = 0; row < part.rows(); row++) {
            int index = index(part, row);
            for (int column = 0; column < part.columns(); column++) {
                double value = arrays.get(from, row * part.columns() + column);
                set(index + column, add ? value + get(index + column) : value);
            }
        }
    }

    /** Overwrites the first rows and columns with zeros. */
    void writeZeros(int rows, int columns) {
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                set((int) (row * rowStride) + column, 0);
            }
        }
    }

    private int index(Part part, int row) {
        return (int) ((part.row() + row) * rowStride) + part.column();
    }

    private double get(int index) {
        if (elements instanceof ElementBuffer.Doubles doubles) {
            return doubles.memory().get(index);
        } else if (elements instanceof ElementBuffer.Floats floats) {
            return floats.memory().get(index);
        }
        ElementBuffer.Shorts shorts = (ElementBuffer.Shorts) elements;
        return shorts.format().decode(shorts.memory().get(index));
    }

    private void set(int index, double value) {
        if (elements instanceof ElementBuffer.Doubles doubles) {
            doubles.memory().put(index, value);
        } else if (elements instanceof ElementBuffer.Floats floats) {
            floats.memory().put(index, (float) value);
        } else {
            ElementBuffer.Shorts shorts = (ElementBuffer.Shorts) elements;
            shorts.memory().put(index, shorts.format().encode(value));
        }
    }
}
