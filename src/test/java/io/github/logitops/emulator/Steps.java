package io.github.logitops.emulator;

import io.github.logitops.emulator.Instruction.Step;

/**
 * What instructions do to a warp. A slot's 32 values lie next to each other; those of 16 and 32 bits are kept zero-extended.
 * Most instructions run with all lanes, which is worth a loop of its own.
 */
final class Steps {
    private static final int ALL = -1;
    private static final int LANES = Warp.LANES;

    private Steps() {}

    private static long mask(int bits) {
        return -1L >>> Long.SIZE - bits;
    }

    private static int first(int lanes) {
        return Integer.numberOfTrailingZeros(lanes);
    }

    static Step compute(
            String opcode, Operations.Operation operation, Operand.Register destination, int x, int y, int z) {
        return Loop.of(opcode, operation, mask(destination.bits()), destination.slot(), x, y, z);
    }

    static Step compare(Operations.Comparison comparison, int predicate, int x, int y) {
        int a = x * LANES;
        int b = y * LANES;
        return (warp, lanes) -> {
            long[] r = warp.values();
            int result = 0;
            if (lanes == ALL) {
                for (int i = 0; i < LANES; i++) {
                    result |= comparison.of(r[a + i], r[b + i]) ? 1 << i : 0;
                }
                warp.setPredicate(predicate, lanes, result);
                return;
            }
            for (int m = lanes; m != 0; m &= m - 1) {
                int i = first(m);
                result |= comparison.of(r[a + i], r[b + i]) ? 1 << i : 0;
            }
            warp.setPredicate(predicate, lanes, result);
        };
    }

    static Step combine(Operations.Logic logic, int predicate, int x, int y) {
        return (warp, lanes) -> warp.setPredicate(predicate, lanes, logic.of(warp.predicate(x), warp.predicate(y)));
    }

    static Step setPredicate(int predicate, boolean value) {
        return (warp, lanes) -> warp.setPredicate(predicate, lanes, value ? ALL : 0);
    }

    static Step copy(Operand.Register destination, int source) {
        int d = destination.slot() * LANES;
        int a = source * LANES;
        long keep = mask(destination.bits());
        return (warp, lanes) -> {
            long[] r = warp.values();
            if (lanes == ALL) {
                for (int i = 0; i < LANES; i++) {
                    r[d + i] = r[a + i] & keep;
                }
                return;
            }
            for (int m = lanes; m != 0; m &= m - 1) {
                int i = first(m);
                r[d + i] = r[a + i] & keep;
            }
        };
    }

    static Step select(Operand.Register destination, int x, int y, int predicate) {
        int d = destination.slot() * LANES;
        int a = x * LANES;
        int b = y * LANES;
        long keep = mask(destination.bits());
        return (warp, lanes) -> {
            long[] r = warp.values();
            int chosen = warp.predicate(predicate);
            for (int m = lanes; m != 0; m &= m - 1) {
                int i = first(m);
                r[d + i] = r[((chosen >>> i & 1) != 0 ? a : b) + i] & keep;
            }
        };
    }

    static Step pack(Operand.Register destination, int low, int high, int bits) {
        long keep = mask(bits);
        return compute("pack" + bits, (a, b, c) -> a & keep | (b & keep) << bits, destination, low, high, 0);
    }

    static Step unpack(Operand.Register low, Operand.Register high, int source) {
        Step first = compute("low", (a, b, c) -> a, low, source, 0, 0);
        Step second = compute("high" + high.bits(), (a, b, c) -> a >>> high.bits(), high, source, 0, 0);
        return (warp, lanes) -> {
            first.run(warp, lanes);
            second.run(warp, lanes);
        };
    }

    static Step loadGlobal(Operand.Register destination, Operand.Address address, int bytes, boolean signed) {
        return (warp, lanes) -> {
            long[] r = warp.values();
            GlobalMemory memory = warp.block().global();
            for (int m = lanes; m != 0; m &= m - 1) {
                int i = warp.at(first(m));
                long value = memory.load(r[address.slot() * LANES + i] + address.offset(), bytes);
                r[destination.slot() * LANES + i] = extend(value, bytes, signed, destination.bits());
            }
        };
    }

    static Step storeGlobal(Operand.Address address, int source, int bytes) {
        return (warp, lanes) -> {
            long[] r = warp.values();
            GlobalMemory memory = warp.block().global();
            for (int m = lanes; m != 0; m &= m - 1) {
                int i = warp.at(first(m));
                memory.store(r[address.slot() * LANES + i] + address.offset(), bytes, r[source * LANES + i]);
            }
        };
    }

    static Step loadShared(Operand.Register destination, Operand.Address address, int bytes, boolean signed) {
        return (warp, lanes) -> {
            long[] r = warp.values();
            SharedMemory memory = warp.block().shared();
            for (int m = lanes; m != 0; m &= m - 1) {
                int i = warp.at(first(m));
                long at = r[address.slot() * LANES + i] + address.offset();
                long value = memory.load(at, bytes, warp.firstThread() + i);
                r[destination.slot() * LANES + i] = extend(value, bytes, signed, destination.bits());
            }
        };
    }

    static Step storeShared(Operand.Address address, int source, int bytes) {
        return (warp, lanes) -> {
            long[] r = warp.values();
            SharedMemory memory = warp.block().shared();
            for (int m = lanes; m != 0; m &= m - 1) {
                int i = warp.at(first(m));
                long at = r[address.slot() * LANES + i] + address.offset();
                memory.store(at, bytes, r[source * LANES + i], warp.firstThread() + i);
            }
        };
    }

    private static long extend(long value, int bytes, boolean signed, int bits) {
        int unused = Long.SIZE - Byte.SIZE * bytes;
        return (signed ? value << unused >> unused : value) & mask(bits);
    }

    /** shfl.sync.bfly: the value of the lane whose number differs in the bits of {@code y}, within the segment of {@code z}. */
    static Step butterfly(int destination, int predicate, int x, int y, int z) {
        return (warp, lanes) -> {
            long[] r = warp.values();
            long[] given = new long[LANES];
            System.arraycopy(r, x * LANES, given, 0, LANES); // the destination may be the source
            int inSegment = 0;
            for (int m = lanes; m != 0; m &= m - 1) {
                int i = warp.at(first(m));
                int segment = (int) (r[z * LANES + i] >>> 8) & 31;
                int last = i & segment | (int) r[z * LANES + i] & 31 & ~segment;
                int from = i ^ (int) r[y * LANES + i] & 31;
                if (from <= last) {
                    inSegment |= 1 << i;
                } else {
                    from = i;
                }
                if ((lanes >>> from & 1) == 0) {
                    throw new Fault("shuffle from a lane that is not there: lane=" + from);
                }
                r[destination * LANES + i] = given[from];
            }
            warp.setPredicate(predicate, lanes, inSegment);
        };
    }
}
