package io.github.logitops.cli.bench;

import io.github.logitops.spec.DType;

/**
 * One measurement: an op of a provider on a shape. {@code docs/benchmarks/README.md} describes the JSON that these become.
 *
 * @param provider who was measured: logitops, torch.eager, ...; {@link #CEILING} for plain memory traffic
 * @param op softmax.forward, ...; of a ceiling copy, copyKernel, triad, read or fill
 * @param dtype of the elements
 * @param outer the product of the extents before the axis
 * @param columns elements in a row
 * @param inner the product of the extents after the axis
 * @param padding elements between the end of a row and the start of the next; files from before there was this have none
 * @param bytes what the op must at least read and write
 * @param movedBytes what this provider reads and writes by its own account; null if it does not say
 * @param ceiling the op of the ceiling with the same traffic
 * @param micros the time of one call on the device
 */
record Cell(
        String provider,
        String op,
        DType dtype,
        long outer,
        int columns,
        long inner,
        int padding,
        long bytes,
        Long movedBytes,
        String ceiling,
        Spread micros) {

    /** The provider of our own measurements. */
    static final String OURS = "logitops";

    /** The provider of measurements of the memory itself. */
    static final String CEILING = "ceiling";

    boolean isCeiling() {
        return provider.equals(CEILING);
    }

    boolean isOurs() {
        return provider.equals(OURS);
    }

    BenchShape shape() {
        return new BenchShape(dtype, outer, columns, inner, padding);
    }

    /** 10^9 of the least bytes in a second. */
    double gigabytesPerSecond() {
        return bytes / micros.median() / 1e3;
    }

    double rowsPerSecond() {
        return outer * inner / micros.median() * 1e6;
    }
}
