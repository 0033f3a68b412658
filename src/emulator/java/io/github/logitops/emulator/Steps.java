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

    /** Instead of an instruction at which threads wait for others: whatever it asks for is so. */
    static Step withoutWait(Instruction instruction) {
        return instruction.statement().operands().stream()
                .filter(Operand.Predicate.class::isInstance)
                .map(predicate -> setPredicate(((Operand.Predicate) predicate).index(), true))
                .findFirst()
                .orElse((warp, lanes) -> {});
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
        return inOrder(first, second);
    }

    static Step inOrder(Step first, Step second) {
        return (warp, lanes) -> {
            first.run(warp, lanes);
            second.run(warp, lanes);
        };
    }
}
