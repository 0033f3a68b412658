package io.github.logitops.driver;

/** A device's library of matrix products. Errors and threads as in {@link MemoryDriver}. */
public interface MatrixProducts {
    /** Bytes that a product may use beside its matrices, in memory that no other work uses meanwhile. */
    long workspaceBytes();

    /**
     * Queues a product. The same products on the same device give the same bits.
     *
     * @param workspace the address of {@link #workspaceBytes} bytes
     */
    void multiply(MatrixProduct product, long workspace, long stream);
}
