package io.github.logitops.cli.bench;

import io.github.logitops.memory.Stream;
import java.util.Arrays;
import java.util.function.DoubleSupplier;
import java.util.stream.DoubleStream;

/**
 * Takes the time of calls by the program's clock.
 *
 * @param stream that the calls are on
 * @param rounds how often each is measured
 * @param warmUpNanos how long it is called before
 */
record HostClock(Stream stream, int rounds, long warmUpNanos) {
    /** Calls between two waits: of up to three launches each, fewer than a device's queue holds. */
    static final int MANY = 250;

    private static final int COLD_CALLS = 1000;
    private static final int COLD_PARTS = 10;

    /** The very first calls, without a warm-up: a thousand of them, a hundred at a time. */
    HostCost cold(String name, Runnable call) {
        int calls = COLD_CALLS / COLD_PARTS;
        double[] nanos = new double[COLD_PARTS];
        Arrays.setAll(nanos, part -> nanos(times(calls, call)));
        return micros(name, calls, nanos);
    }

    /** One call in a row of many. */
    HostCost warm(String name, Runnable call) {
        return warm(name, MANY, times(MANY, call));
    }

    /** One call where {@code batch} makes so many. */
    HostCost warm(String name, int calls, Runnable batch) {
        return warm(name, calls, () -> nanos(batch), stream::synchronize);
    }

    /** One call where a batch of so many takes {@code nanos}, and {@code await} is done when its work is. */
    HostCost warm(String name, int calls, DoubleSupplier nanos, Runnable await) {
        return micros(name, calls, warmNanos(nanos, await));
    }

    /** A transfer of so many bytes. */
    HostCost speed(String name, long bytes, Runnable transfer) {
        double[] speeds = Arrays.stream(warmNanos(() -> nanos(transfer), stream::synchronize))
                .map(each -> bytes / each)
                .toArray();
        return new HostCost(name, "GB/s", Spread.of(speeds));
    }

    /** What {@code nanos} say of one of so many calls. */
    static HostCost micros(String name, int calls, double... nanos) {
        double[] micros = DoubleStream.of(nanos).map(each -> each / calls / 1e3).toArray();
        return new HostCost(name, "us", Spread.of(micros));
    }

    static double nanos(Runnable batch) {
        long start = System.nanoTime();
        batch.run();
        return System.nanoTime() - start;
    }

    static Runnable times(int calls, Runnable call) {
        return () -> {
            for (int i = 0; i < calls; i++) {
                call.run();
            }
        };
    }

    private double[] warmNanos(DoubleSupplier batch, Runnable await) {
        long start = System.nanoTime();
        do {
            batch.getAsDouble();
            await.run();
        } while (System.nanoTime() - start < warmUpNanos);
        double[] nanos = new double[rounds];
        for (int round = 0; round < rounds; round++) {
            nanos[round] = batch.getAsDouble();
            await.run();
        }
        return nanos;
    }
}
