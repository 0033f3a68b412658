package io.github.logitops.emulator;

import io.github.logitops.emulator.Instruction.Step;
import io.github.logitops.emulator.MemorySteps.Access;

/** What instructions do across the blocks of a cluster. */
final class ClusterSteps {
    private static final int LANES = Warp.LANES;

    private ClusterSteps() {}

    /** barrier.cluster.arrive, which orders what was before it, or not. */
    static Step arrive(boolean releases) {
        return (warp, lanes) -> {
            Block block = warp.block();
            for (int m = lanes; m != 0; m &= m - 1) {
                warp.at(Integer.numberOfTrailingZeros(m));
                if (block.cluster().barrier().arrive(block.rank(), block.now().thread(), releases)) {
                    block.cluster().order();
                }
            }
        };
    }

    /** barrier.cluster.wait: these lanes must have arrived. */
    static Step requireArrival() {
        return (warp, lanes) -> {
            Block block = warp.block();
            for (int m = lanes; m != 0; m &= m - 1) {
                warp.at(Integer.numberOfTrailingZeros(m));
                block.cluster()
                        .barrier()
                        .requireArrived(block.rank(), block.now().thread());
            }
        };
    }

    /** mapa: the address of the same place in the block of a rank. */
    static Step map(Operand.Register destination, int address, int rank) {
        return (warp, lanes) -> {
            long[] r = warp.values();
            for (int m = lanes; m != 0; m &= m - 1) {
                int i = warp.at(Integer.numberOfTrailingZeros(m));
                r[destination.slot() * LANES + i] =
                        warp.block().clusterMemory().map(r[address * LANES + i], (int) r[rank * LANES + i]);
            }
        };
    }

    /** st.async: sends values to a block, where they count for an mbarrier when they come. */
    static Step push(Access to, Operand.Address mbarrier, int... sources) {
        return (warp, lanes) -> {
            long[] r = warp.values();
            Block block = warp.block();
            for (int m = lanes; m != 0; m &= m - 1) {
                int i = warp.at(Integer.numberOfTrailingZeros(m));
                long[] values = new long[sources.length];
                for (int k = 0; k < values.length; k++) {
                    values[k] = r[sources[k] * LANES + i];
                }
                long at = to.at(r, i, "st.async");
                Push push = push(block, at, values, to.bytes(), r[mbarrier.slot() * LANES + i] + mbarrier.offset());
                block.cluster().pushes().add(push, block, warp.instruction());
                if (block.counters() != null) {
                    block.counters().push(to.count() * to.bytes());
                }
            }
        };
    }

    private static Push push(Block from, long address, long[] values, int bytes, long mbarrier) {
        Block to = from.clusterMemory().block("st.async", address);
        if (from.clusterMemory().block("st.async", mbarrier) != to) {
            throw Fault.at(
                    "st.async that counts in another block than it writes to",
                    address,
                    "mbarrier=0x" + Long.toHexString(mbarrier));
        }
        Mbarrier counts = to.mbarriers().at(mbarrier, from);
        Push push = new Push(
                to.shared(),
                address,
                values,
                bytes,
                counts,
                from.now(),
                from.cluster().clocks());
        to.shared().reserve(address, push, from.now());
        return push;
    }
}
