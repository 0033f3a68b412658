package io.github.logitops.emulator;

import io.github.logitops.emulator.Instruction.Step;

/** What instructions do to the mbarriers of their own block. */
final class MbarrierSteps {
    private static final int LANES = Warp.LANES;
    private static final int BYTES = 8;

    private MbarrierSteps() {}

    /** What one lane does. */
    private interface OfLane {
        void run(Warp warp, int lane);
    }

    private static Step each(OfLane step) {
        return (warp, lanes) -> {
            for (int m = lanes; m != 0; m &= m - 1) {
                step.run(warp, warp.at(Integer.numberOfTrailingZeros(m)));
            }
        };
    }

    static Step init(Operand.Address address, int arrivals) {
        return each((warp, i) ->
                warp.block().mbarriers().init(address(warp, address, i), (int) warp.values()[arrivals * LANES + i]));
    }

    /** fence.mbarrier_init: what the thread initialised is there for whoever waits for its next arrival. */
    static Step publish() {
        return each((warp, i) -> warp.block().mbarriers().publish());
    }

    static Step arrive(Operand.Address address) {
        return each((warp, i) -> arrive(warp, mbarrier(warp, address, i), 0));
    }

    /** Arrives and announces bytes. */
    static Step arrive(Operand.Address address, int bytes) {
        return each((warp, i) -> arrive(warp, mbarrier(warp, address, i), warp.values()[bytes * LANES + i]));
    }

    private static void arrive(Warp warp, Mbarrier mbarrier, long bytes) {
        Block block = warp.block();
        if (mbarrier.arrive(block.now().warp(), bytes)) {
            block.cluster().move();
        }
    }

    /** Announces bytes. */
    static Step expect(Operand.Address address, int bytes) {
        return each((warp, i) ->
                mbarrier(warp, address, i).expect(warp.block().now().warp(), warp.values()[bytes * LANES + i]));
    }

    /** Whether the phase of a parity is over. Lanes for which it is not let others go first. */
    static Step poll(int predicate, Operand.Address address, int parity) {
        return each((warp, i) -> {
            Mbarrier mbarrier = mbarrier(warp, address, i);
            boolean over = mbarrier.test(warp.block().now().warp(), warp.values()[parity * LANES + i] & 1);
            warp.setPredicate(predicate, 1 << i, over ? -1 : 0);
            if (!over) {
                warp.poll(1 << i, mbarrier);
            }
        });
    }

    private static Mbarrier mbarrier(Warp warp, Operand.Address address, int i) {
        Block block = warp.block();
        return block.mbarriers().at(address(warp, address, i), block);
    }

    private static long address(Warp warp, Operand.Address address, int i) {
        long at = warp.values()[address.slot() * LANES + i] + address.offset();
        Space.requireAligned("mbarrier", at, BYTES);
        int rank = SharedMemory.rank(at);
        if (rank >= 0 && rank != warp.block().rank()) {
            throw Fault.at("use of another block's mbarrier as one's own", at, "rank=" + rank);
        }
        return at;
    }
}
