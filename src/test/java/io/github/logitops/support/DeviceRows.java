package io.github.logitops.support;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.logitops.element.Elements;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.DType;
import java.util.Arrays;
import java.util.BitSet;

/**
 * Rows in device memory, in the midst of a larger buffer. Everything around them holds poison, and reading the rows back fails
 * if any of it was written.
 */
public final class DeviceRows {
    /** Exact in every dtype, and no result of any test. */
    public static final double POISON = -384;

    private final Bench bench;
    private final DType dtype;
    private final Geometry geometry;
    private final Tensor buffer;
    private final Tensor tensor;
    private final double[][] rows;

    DeviceRows(Bench bench, DType dtype, Geometry geometry, double[][] values) {
        this.bench = bench;
        this.dtype = dtype;
        this.geometry = geometry;
        double[] flat = new double[geometry.bufferLength()];
        Arrays.fill(flat, POISON);
        rows = new double[geometry.rows()][geometry.classes()];
        for (int n = 0; n < rows.length; n++) {
            for (int j = 0; j < rows[n].length; j++) {
                rows[n][j] = Elements.round(dtype, values[n][j]);
                flat[geometry.index(n, j)] = rows[n][j];
            }
        }
        buffer = bench.empty(dtype, flat.length);
        buffer.upload(flat, bench.stream());
        long address = buffer.address() + (long) geometry.offset() * dtype.bytes();
        tensor = bench.keep(bench.ops().wrap(address, dtype, geometry.layout()));
    }

    public Tensor tensor() {
        return tensor;
    }

    /** The rows as they were put in, rounded to the dtype. */
    public double[][] values() {
        return rows;
    }

    /** The rows as they are now. */
    public double[][] read() {
        double[] flat = buffer.downloadDoubles(bench.stream());
        BitSet rowElements = new BitSet(flat.length);
        double[][] now = new double[geometry.rows()][geometry.classes()];
        for (int n = 0; n < now.length; n++) {
            for (int j = 0; j < now[n].length; j++) {
                int index = geometry.index(n, j);
                now[n][j] = flat[index];
                rowElements.set(index);
            }
        }
        for (int i = rowElements.nextClearBit(0); i < flat.length; i = rowElements.nextClearBit(i + 1)) {
            assertEquals(POISON, flat[i], "padding was written: index=" + i + ", " + dtype + " " + geometry);
        }
        return now;
    }
}
