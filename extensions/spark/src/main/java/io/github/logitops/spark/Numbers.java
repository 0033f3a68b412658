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

    /** Adds all of them to {@code sums}, from {@code at} on. */
    void addTo(double[] sums, int at) {
        if (doubles != null) {
            for (int i = 0; i < doubles.length; i++) {
                sums[at + i] += doubles[i];
            }
        } else {
            for (int i = 0; i < floats.length; i++) {
                sums[at + i] += floats[i];
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
