package io.github.logitops.support;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.logitops.LogitOps;
import io.github.logitops.base.Resources;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Layout;
import io.github.logitops.spec.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A session and a stream for one test, and tensors that are closed with it. Closing it fails if the test leaked a tensor. */
public final class Bench implements AutoCloseable {
    private final LogitOps ops;
    private final Stream stream;
    private final List<AutoCloseable> held = new ArrayList<>();

    public Bench(Rig rig) {
        ops = rig.open();
        stream = ops.newStream();
    }

    public LogitOps ops() {
        return ops;
    }

    public Stream stream() {
        return stream;
    }

    /** Has the tensor or result closed in the end. */
    public <T extends AutoCloseable> T keep(T resource) {
        held.add(resource);
        return resource;
    }

    public Tensor empty(DType dtype, long... extents) {
        return keep(ops.empty(dtype, Layout.dense(Shape.of(extents))));
    }

    /** A dense tensor of the dtype with these values. */
    public Tensor vector(DType dtype, Shape shape, double... values) {
        return keep(ops.upload(values, dtype, shape, stream));
    }

    public Tensor labels(DType dtype, Shape shape, long... labels) {
        if (dtype == DType.I64) {
            return keep(ops.labels(labels, shape, stream));
        }
        int[] ints = new int[labels.length];
        for (int i = 0; i < ints.length; i++) {
            ints[i] = Math.toIntExact(labels[i]);
        }
        return keep(ops.labels(ints, shape, stream));
    }

    /** A tensor that holds these rows, each value rounded to the dtype, with poison all around. */
    public DeviceRows rows(DType dtype, Geometry geometry, double[][] rows) {
        return new DeviceRows(this, dtype, geometry, rows);
    }

    /** A tensor that holds nothing but poison. */
    public DeviceRows poisoned(DType dtype, Geometry geometry) {
        double[][] poison = new double[geometry.rows()][geometry.classes()];
        for (double[] row : poison) {
            Arrays.fill(row, DeviceRows.POISON);
        }
        return rows(dtype, geometry, poison);
    }

    @Override
    public void close() {
        try {
            held.add(stream);
            Resources.closeAll(held);
            assertEquals(0, ops.memoryStatistics().liveTensors(), "the test leaked tensors");
            assertEquals(0, ops.memoryStatistics().bytesInUse(), "the test leaked memory");
        } finally {
            ops.close();
        }
    }
}
