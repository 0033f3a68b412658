package io.github.logitops.driver;

import java.util.Optional;

/** A device with what measuring it takes beyond what ops need. Errors and threads as in {@link MemoryDriver}. */
public interface InstrumentedDriver extends Driver {
    /** Queues a launch so many times, with nothing between them: what CUDA itself costs, for those who measure it. */
    void launch(Launch launch, int times, long stream);

    @Override
    default void launch(Launch launch, long stream) {
        launch(launch, 1, stream);
    }

    /** Graphs of work on this device's streams; empty where it has none. */
    default Optional<Graphs> graphs() {
        return Optional.empty();
    }

    /** Queues a copy from device memory to device memory; the two ranges must not overlap. */
    void copyOnDevice(long destination, long source, long bytes, long stream);

    /** As {@link #createEvent}, but the event also takes the time at which it completes. */
    long createTimingEvent();

    /** The milliseconds from {@code start} to {@code end}: timing events that are recorded and complete. */
    float elapsedMillis(long start, long end);
}
