package io.github.logitops.spark;

import io.github.logitops.memory.HostTensor;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;
import java.io.Serializable;

/** An array of doubles for F64, of floats for F32: what blocks hold and tasks compute in. One of the two is null. */
record Numbers(double[] doubles, float[] floats) implements Serializable {

    /** So many zeros. */
    static Numbers zeros(DType dtype, int length) {
        return dtype == DType.F64 ? new Numbers(new double[length], null) : new Numbers(null, new float[length]);
    }

    /** These numbers, rounded to the dtype. */
    static Numbers of(DType dtype, double[] values) {
        if (dtype == DType.F64) {
            return new Numbers(values, null);
        }
        Numbers rounded = zeros(dtype, values.length);
        for (int i = 0; i < values.length; i++) {
            rounded.set(i, values[i]);
        }
        return rounded;
    }

    void set(int index, double value) {
        if (doubles != null) {
            doubles[index] = value;
        } else {
            floats[index] = (float) value;
        }
    }

    int length() {
        return doubles != null ? doubles.length : floats.length;
    }

    /** Copies {@code row} to here, from {@code at} on. */
    void write(double[] row, int at) {
        for (int i = 0; i < row.length; i++) {
            set(at + i, row[i]);
        }
    }

    /** Fills {@code row} with what is here, from {@code at} on. */
    void read(int at, double[] row) {
        if (doubles != null) {
            System.arraycopy(doubles, at, row, 0, row.length);
        } else {
            for (int i = 0; i < row.length; i++) {
                row[i] = floats[at + i];
            }
        }
    }

    /** Adds each to the one of {@code sums}. */
    void addTo(double[] sums) {
        if (doubles != null) {
            for (int i = 0; i < doubles.length; i++) {
                sums[i] += doubles[i];
            }
        } else {
            for (int i = 0; i < floats.length; i++) {
                sums[i] += floats[i];
            }
        }
    }

    /** The sum of the products with others. */
    double dot(double[] others) {
        double sum = 0;
        for (int i = 0; i < others.length; i++) {
            sum += others[i] * (doubles != null ? doubles[i] : floats[i]);
        }
        return sum;
    }

    /** The array itself as a tensor. */
    HostTensor as(Shape shape) {
        return doubles != null ? HostTensor.of(doubles, shape) : HostTensor.of(floats, shape);
    }
}
