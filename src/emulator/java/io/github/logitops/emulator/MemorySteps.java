package io.github.logitops.emulator;

import io.github.logitops.emulator.Instruction.Step;
import io.github.logitops.emulator.Operations.Operation;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** What instructions do to memory: loads and stores of one to four values, atomic operations, asynchronous copies, fences. */
final class MemorySteps {
    private static final int LANES = Warp.LANES;

    private MemorySteps() {}

    /** A state space of PTX. */
    enum StateSpace {
        GLOBAL(Block::global),
        SHARED(Block::shared),
        /** Shared memory of all blocks of a cluster. */
        CLUSTER(Block::clusterMemory),
        LOCAL(Block::local);

        private final Function<Block, Space> of;
        private final String lower = name().toLowerCase(Locale.ROOT);

        StateSpace(Function<Block, Space> of) {
            this.of = of;
        }
    }

    /** Values that lie next to each other: how many, how long each, and where the first is. */
    record Access(StateSpace space, Operand.Address address, int count, int bytes) {
        /** The address for a lane, which must be a multiple of the whole length. */
        long at(long[] r, int lane, String what) {
            long at = r[address.slot() * LANES + lane] + address.offset();
            if (!Space.isAligned(at, count * bytes)) { // asked here: what to call the access is put together for few
                Space.requireAligned(space.lower + " " + what, at, count * bytes);
            }
            return at;
        }

        private void count(Warp warp, int lanes, Counters.Direction direction) {
            Counters counters = warp.block().counters();
            if (counters != null) {
                counters.request(this, direction, warp.values(), lanes);
            }
        }
    }

    static Step load(Access access, List<Operand.Register> destinations, boolean signed) {
        int bytes = access.bytes();
        int[] slots = destinations.stream().mapToInt(d -> d.slot() * LANES).toArray();
        int bits = destinations.get(0).bits();
        return (warp, lanes) -> {
            access.count(warp, lanes, Counters.Direction.LOAD);
            long[] r = warp.values();
            Space memory = access.space().of.apply(warp.block());
            Moment now = warp.block().now();
            for (int m = lanes; m != 0; m &= m - 1) {
                int i = warp.at(Integer.numberOfTrailingZeros(m));
                long at = access.at(r, i, "load");
                for (int k = 0; k < slots.length; k++) {
                    long value = memory.load(at + (long) k * bytes, bytes, now);
                    r[slots[k] + i] = extend(value, bytes, signed, bits);
                }
            }
        };
    }

    static Step store(Access access, int... sources) {
        int bytes = access.bytes();
        return (warp, lanes) -> {
            access.count(warp, lanes, Counters.Direction.STORE);
            long[] r = warp.values();
            Space memory = access.space().of.apply(warp.block());
            Moment now = warp.block().now();
            for (int m = lanes; m != 0; m &= m - 1) {
                int i = warp.at(Integer.numberOfTrailingZeros(m));
                long at = access.at(r, i, "store");
                for (int k = 0; k < sources.length; k++) {
                    memory.store(at + (long) k * bytes, bytes, r[sources[k] * LANES + i], now);
                }
            }
        };
    }

    /** The old value goes to {@code destination}, unless that is null; the new one is {@code operation} of the old, x and y. */
    static Step atomic(Access access, Operation operation, Operand.Register destination, int x, int y) {
        int bytes = access.bytes();
        return (warp, lanes) -> {
            access.count(warp, lanes, Counters.Direction.ATOMIC);
            long[] r = warp.values();
            Space memory = access.space().of.apply(warp.block());
            Moment now = warp.block().now();
            for (int m = lanes; m != 0; m &= m - 1) {
                int i = warp.at(Integer.numberOfTrailingZeros(m));
                long at = access.at(r, i, "atomic");
                now.beginAtomic(at, access.space());
                long old = memory.load(at, bytes, now);
                memory.store(at, bytes, operation.of(old, r[x * LANES + i], r[y * LANES + i]), now);
                now.endAtomic();
                if (destination != null) {
                    r[destination.slot() * LANES + i] = old;
                }
            }
        };
    }

    static Step fence() {
        return (warp, lanes) -> {
            for (int m = lanes; m != 0; m &= m - 1) {
                warp.at(Integer.numberOfTrailingZeros(m));
                warp.block().now().fence();
            }
        };
    }

    /** cp.async: there is nothing at its destination until the thread waited for it. */
    static Step asyncCopy(Operand.Address destination, Operand.Address source, int bytes) {
        Access to = new Access(StateSpace.SHARED, destination, 1, bytes);
        Access from = new Access(StateSpace.GLOBAL, source, 1, bytes);
        return (warp, lanes) -> {
            from.count(warp, lanes, Counters.Direction.LOAD);
            to.count(warp, lanes, Counters.Direction.STORE);
            Block block = warp.block();
            Moment now = block.now();
            for (int m = lanes; m != 0; m &= m - 1) {
                int i = warp.at(Integer.numberOfTrailingZeros(m));
                long target = to.at(warp.values(), i, "store");
                long origin = from.at(warp.values(), i, "load");
                block.shared().reserve(target, bytes, now);
                block.copies().add(now.thread(), () -> {
                    for (int k = 0; k < bytes; k += 4) {
                        block.shared().store(target + k, 4, block.global().load(origin + k, 4, now), now);
                    }
                });
            }
        };
    }

    static Step commitCopies() {
        return (warp, lanes) -> {
            for (int m = lanes; m != 0; m &= m - 1) {
                warp.at(Integer.numberOfTrailingZeros(m));
                warp.block().copies().commit(warp.block().now().thread());
            }
        };
    }

    /** Waits for all groups of copies but the last few. */
    static Step waitForCopies(int groups) {
        return (warp, lanes) -> {
            for (int m = lanes; m != 0; m &= m - 1) {
                warp.at(Integer.numberOfTrailingZeros(m));
                warp.block().copies().waitForAllBut(warp.block().now().thread(), groups);
            }
        };
    }

    private static long extend(long value, int bytes, boolean signed, int bits) {
        int unused = Long.SIZE - Byte.SIZE * bytes;
        return (signed ? value << unused >> unused : value) & -1L >>> Long.SIZE - bits;
    }
}
