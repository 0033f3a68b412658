package io.github.logitops.driver;

/**
 * A kernel launch: one-dimensional, without dynamic shared memory.
 *
 * @param function the driver's handle of the kernel
 * @param entry the kernel's name, for messages
 * @param blocks blocks in the grid, at least 1
 * @param threads threads in a block
 * @param arguments the kernel's arguments
 */
public record Launch(long function, String entry, int blocks, int threads, KernelArguments arguments) {
    /** Name and geometry, as error messages show them. */
    @Override
    public String toString() {
        return entry + ", grid=[" + blocks + ",1,1], block=[" + threads + ",1,1], shared=0";
    }
}
