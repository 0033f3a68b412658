package io.github.logitops.emulator;

import java.util.List;

/** The local memory of the threads of a block: each sees its own at the same addresses. */
final class LocalMemory implements Space {
    static final long BASE = 2L << 24;

    private final int length;
    private final Bytes[] ofThreads;

    LocalMemory(List<Entry.Variable> variables, int threads) {
        length = Entry.Variable.end(variables);
        ofThreads = new Bytes[length == 0 ? 0 : threads];
    }

    /** For a new block, which finds nothing initialised. */
    void reset() {
        for (int thread = 0; thread < ofThreads.length; thread++) {
            ofThreads[thread] = new Bytes(length);
        }
    }

    @Override
    public long load(long address, int bytes, Moment now) {
        Bytes own = reach("local load", address, bytes, now);
        if (!own.isWritten((int) (address - BASE), bytes)) {
            throw Fault.at("local load of uninitialised memory", address, "bytes=" + bytes);
        }
        return own.load((int) (address - BASE), bytes);
    }

    @Override
    public void store(long address, int bytes, long value, Moment now) {
        reach("local store", address, bytes, now).store((int) (address - BASE), bytes, value);
    }

    private Bytes reach(String access, long address, int bytes, Moment now) {
        long at = address - BASE;
        if (at < 0 || at + bytes > length) {
            throw Fault.at(
                    access + " out of bounds", address, "bytes=" + bytes + ", local memory=" + length + " bytes");
        }
        return ofThreads[now.thread()];
    }
}
