package io.github.logitops.cli;

/**
 * Which row of the table goes with the bytes before a position. One byte has its own row; longer runs share rows by hash, so
 * that the table does not grow with 256 to the power of the length.
 *
 * @param length bytes in a context
 * @param buckets rows for contexts of more than one byte, a power of 2
 */
record Contexts(int length, int buckets) {
    private static final long MULTIPLIER = 0x9E3779B97F4A7C15L; // 2^64 over the golden ratio: spreads neighbours

    /** The number of rows. */
    int rows() {
        return length == 1 ? 256 : buckets;
    }

    /** The row of the {@code length} bytes before index {@code end}. */
    int row(byte[] text, int end) {
        if (length == 1) {
            return text[end - 1] & 0xFF;
        }
        long hash = 0;
        for (int i = end - length; i < end; i++) {
            hash = (hash ^ (text[i] & 0xFF)) * MULTIPLIER;
            hash ^= hash >>> 32; // high bits back down, where the next product and the mask see them
        }
        return (int) hash & (buckets - 1);
    }
}
