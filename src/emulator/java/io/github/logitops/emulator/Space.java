package io.github.logitops.emulator;

/** Memory that instructions reach by addresses of its own. Values have 1, 2, 4 or 8 bytes and lie aligned. */
interface Space {
    /** A value, zero-extended. */
    long load(long address, int bytes, Moment now);

    void store(long address, int bytes, long value, Moment now);

    static boolean isAligned(long address, int bytes) {
        return (address & bytes - 1) == 0;
    }

    static void requireAligned(String access, long address, int bytes) {
        if (!isAligned(address, bytes)) {
            throw Fault.at("misaligned " + access, address, "bytes=" + bytes);
        }
    }
}
