package io.github.logitops.driver;

import java.util.Optional;

/** A device that runs kernels: its memory, and modules and launches on top. Errors and threads as in {@link MemoryDriver}. */
public interface Driver extends MemoryDriver {
    /** What kernels are chosen by: major * 10 + minor of the compute capability, such as 90. */
    int computeCapability();

    /** Bytes of shared memory that a block can have, a kernel's own variables included. */
    int maxSharedBytes();

    /**
     * Loads a module; {@link #close} gives it back.
     *
     * @param name for messages
     * @param ptx its PTX
     * @return the driver's handle
     */
    long loadModule(String name, byte[] ptx);

    /** The handle of a kernel of a loaded module. */
    long function(long module, String entry);

    /**
     * Lets clusters of a kernel have more than 8 blocks, which no architecture promises: the first launch shows whether a device has
     * them.
     */
    void allowLargeClusters(long function);

    /**
     * Queues a launch. The arguments are copied before it returns.
     *
     * @throws ClusterRefusedException if the device has no clusters of as many blocks as the kernel's
     */
    default void launch(Launch launch, long stream) {
        launch(launch, 1, stream);
    }

    /** Queues a launch so many times, with nothing between them: what CUDA itself costs, for those who measure it. */
    void launch(Launch launch, int times, long stream);

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
