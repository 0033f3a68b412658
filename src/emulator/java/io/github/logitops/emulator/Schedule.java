package io.github.logitops.emulator;

import java.util.Random;

/**
 * In which of the orders that a device allows things happen: threads of a warp, warps, blocks, and work on streams. What a kernel
 * gives must not depend on it.
 *
 * @param order how threads take turns
 * @param seed of everything that is left to chance
 */
public record Schedule(Order order, long seed) {
    /** How the threads of a block take turns between two instructions at which they wait for each other. */
    public enum Order {
        /** Those of a warp that are furthest behind in the code go first, as one: as a device would, if it could. */
        LOCKSTEP,
        /** One thread after another, each as far as it gets alone. */
        ONE_BY_ONE,
        /** Blocks, warps and parted lanes in random order, interrupted at random. */
        SHUFFLED
    }

    /** A schedule of this order. */
    public static Schedule of(Order order, long seed) {
        return new Schedule(order, seed);
    }

    /** Chance for one purpose; the same from run to run. */
    Random random(long purpose) {
        return new Random(seed * 0x9E3779B97F4A7C15L + purpose);
    }

    @Override
    public String toString() {
        return order + " " + seed;
    }
}
