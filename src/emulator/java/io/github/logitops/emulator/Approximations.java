package io.github.logitops.emulator;

import io.github.logitops.emulator.Operations.Operation;

/** What instructions with {@code .approx} give. They promise 2 units in the last place, and devices differ in what they do with that. */
public enum Approximations {
    /** The float next to the exact result. */
    NEAREST {
        @Override
        Operation of(Operation exact) {
            return exact;
        }
    },
    /** Up to two floats off, which way depending on the argument and nothing else. */
    OFF_BY_UP_TO_TWO {
        @Override
        Operation of(Operation exact) {
            return (a, b, c) -> perturbed(exact.of(a, b, c), a);
        }
    };

    private static final int SIGNIFICAND = 0x7FFFFF;

    abstract Operation of(Operation exact);

    /**
     * Zeros, infinities and NaN are as the instructions' descriptions say. Powers of two are exact: CUDA's own tanh of a double
     * takes 2^n from ex2.approx and would be wrong in every digit otherwise.
     */
    private static long perturbed(long result, long argument) {
        float exact = Float.intBitsToFloat((int) result);
        if (!Float.isFinite(exact) || (result & SIGNIFICAND) == 0) {
            return result;
        }
        int off = (int) ((argument * 0x9E3779B97F4A7C15L >>> 40) % 5) - 2;
        float moved = Float.intBitsToFloat((int) result + off);
        return Math.abs(moved) >= Float.MIN_NORMAL && Float.isFinite(moved) ? (int) result + off : result;
    }
}
