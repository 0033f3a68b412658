package io.github.logitops.emulator;

import java.util.HashMap;
import java.util.Map;

/** The mbarriers in the shared memory of a block, and from when on who may use them. */
final class Mbarriers {
    private static final int BYTES = 8;

    /** An mbarrier, who made it and when, and from which of the cluster's barriers on all blocks may use it. */
    private static final class Made {
        private final Mbarrier mbarrier;
        private final int thread;
        private final long stamp;
        private int published = Integer.MAX_VALUE;

        Made(Mbarrier mbarrier, Moment now) {
            this.mbarrier = mbarrier;
            thread = now.thread();
            stamp = now.stamp();
        }
    }

    private final Block block;
    private final Map<Integer, Made> byOffset = new HashMap<>();

    Mbarriers(Block block) {
        this.block = block;
    }

    /** mbarrier.init. The place holds no value that a load could read. */
    void init(long address, int arrivals) {
        block.shared().reserve(address, BYTES, block.now());
        Mbarrier mbarrier = new Mbarrier(address, arrivals, block.cluster().clocks());
        if (byOffset.put(SharedMemory.offset(address), new Made(mbarrier, block.now())) != null) {
            throw Fault.at("second initialisation of an mbarrier", address, "arrivals=" + arrivals);
        }
    }

    /** fence.mbarrier_init: the next arrival of the thread at work tells the cluster what it made. */
    void publish() {
        int thread = block.now().thread();
        for (Made made : byOffset.values()) {
            if (made.thread == thread && made.published == Integer.MAX_VALUE) {
                made.published = block.cluster().barrier().arrivals(block.rank(), thread) + 1;
            }
        }
    }

    /** The mbarrier here. Fails unless the thread at work of that block knows that there is one. */
    Mbarrier at(long address, Block user) {
        Made made = byOffset.get(SharedMemory.offset(address));
        if (made == null) {
            throw Fault.at("use of an mbarrier that is not initialised", address, "block=" + block.index());
        }
        Moment now = user.now();
        int waits = user.cluster().barrier().waits(user.rank(), now.thread());
        if (!now.follows(made.stamp) && waits < made.published) {
            throw Fault.at(
                    "race: use of an mbarrier",
                    address,
                    "initialised by thread " + made.thread + " of block " + block.index()
                            + " with nothing to order the two");
        }
        return made.mbarrier;
    }

    /** For the last exit of a block: fails if others may still push to it. */
    void requireDone() {
        for (Made made : byOffset.values()) {
            if (made.mbarrier.expectsBytes() || !made.mbarrier.isAwaited()) {
                throw new Fault(
                        "exit of a block with no wait for the last phase of an mbarrier: " + made.mbarrier.state());
            }
        }
    }
}
