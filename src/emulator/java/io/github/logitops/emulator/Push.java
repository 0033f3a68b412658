package io.github.logitops.emulator;

/** The values of one st.async on their way, and then in the shared memory that they were for. */
final class Push {
    private static final int UNDER_WAY = -1;

    private final Moment sender;
    private final int thread;
    private final SharedMemory memory;
    private final long address;
    private final long[] values;
    private final int bytesEach;
    private final Mbarrier mbarrier;
    private final int knownPhases;
    private final int[] told;
    private final Clocks clocks;
    private final int[] read; // by warp: when it read this last; 0 if it did not
    private int phase = UNDER_WAY; // the one that these bytes counted for

    /** Values that the thread at work sends to this address. */
    Push(
            SharedMemory memory,
            long address,
            long[] values,
            int bytesEach,
            Mbarrier mbarrier,
            Moment now,
            Clocks clocks) {
        this.memory = memory;
        this.address = address;
        this.values = values;
        this.bytesEach = bytesEach;
        this.mbarrier = mbarrier;
        this.clocks = clocks;
        sender = now;
        thread = now.thread();
        read = new int[clocks.warps()];
        knownPhases = mbarrier.knownPhases(now.warp());
        told = clocks.tell(now.warp());
    }

    int bytes() {
        return values.length * bytesEach;
    }

    SharedMemory memory() {
        return memory;
    }

    /** The values are there, and count; returns whether a phase is over now. */
    boolean arrive() {
        for (int i = 0; i < values.length; i++) {
            memory.receive(address + (long) i * bytesEach, bytesEach, values[i]);
        }
        phase = mbarrier.phases();
        return mbarrier.complete(bytes(), knownPhases, told);
    }

    /** Fails unless the thread at work has waited for this. */
    void requireOver(String access, Moment now) {
        if (phase == UNDER_WAY || mbarrier.knownPhases(now.warp()) <= phase) {
            throw Fault.at(
                    "race: " + access,
                    address,
                    "pushed by " + describe() + " with no wait for the phase of the mbarrier that it counts for");
        }
    }

    void noteRead(Moment now) {
        read[now.warp()] = clocks.now(now.warp());
    }

    /** Fails unless the thread at work knows that everybody who read this has done so. */
    void requireRead(String access, Moment now) {
        for (int other = 0; other < read.length; other++) {
            if (read[other] != 0 && !clocks.knows(now.warp(), other, read[other])) {
                throw Fault.at(
                        "race: " + access,
                        address,
                        "read by " + sender.describeWarp(other) + " with nothing to order the two");
            }
        }
    }

    private String describe() {
        return "thread " + thread + " of block " + sender.block();
    }
}
