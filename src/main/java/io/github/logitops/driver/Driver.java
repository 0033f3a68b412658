package io.github.logitops.driver;

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
    void launch(Launch launch, long stream);

    /**
     * Its library of matrix products, loaded when it is first asked for.
     *
     * @throws io.github.logitops.memory.DriverException with the plain reason if there is none here; all else works nonetheless
     */
    MatrixProducts matrixProducts();
}
