package io.github.logitops.device;

import java.util.Locale;

/**
 * A kernel as launches name it: an entry of the PTX, which is a module of its own.
 *
 * @param number among all kernels, from 0: where sessions keep its handle
 * @param entry its name, computed and never typed
 */
record Kernel(int number, String entry) {
    /** The part of a kernel's name that this constant stands for. */
    static String part(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
