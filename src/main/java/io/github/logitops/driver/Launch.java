package io.github.logitops.driver;

/**
 * A kernel launch on a one-dimensional grid.
 *
 * @param function the driver's handle of the kernel
 * @param entry the kernel's name, for messages
 * @param blocks blocks in the grid, at least 1
 * @param threads threads in a block along x
 * @param threadsY and along y
 * @param sharedBytes bytes of dynamic shared memory for each block
 * @param arguments the kernel's arguments
 */
public record Launch(
        long function,
        String entry,
        int blocks,
        int threads,
        int threadsY,
        int sharedBytes,
        KernelArguments arguments) {
    /** A launch of one-dimensional blocks without dynamic shared memory. */
    public Launch(long function, String entry, int blocks, int threads, KernelArguments arguments) {
        this(function, entry, blocks, threads, 1, 0, arguments);
    }

    /** Name and geometry, as error messages show them. */
    @Override
    public String toString() {
        return entry + ", grid=[" + blocks + ",1,1], block=[" + threads + "," + threadsY + ",1], shared=" + sharedBytes;
    }
}
