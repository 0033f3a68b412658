package io.github.logitops.emulator;

import io.github.logitops.emulator.Instruction.Step;
import io.github.logitops.emulator.Operations.Operation;

/** What lanes of a warp do together, all members of a mask at once. */
final class Collectives {
    private static final int LANES = Warp.LANES;

    private Collectives() {}

    /** Which lane a lane's value comes from; clamp and segment as in the third source of shfl. */
    enum Shuffle {
        BFLY {
            @Override
            int source(int lane, int y, int first, int last) {
                return inside(lane ^ y, lane, last);
            }
        },
        DOWN {
            @Override
            int source(int lane, int y, int first, int last) {
                return inside(lane + y, lane, last);
            }
        },
        UP {
            @Override
            int source(int lane, int y, int first, int last) {
                return lane - y >= last ? lane - y : -1; // for up, the clamp is the lowest lane
            }
        },
        IDX {
            @Override
            int source(int lane, int y, int first, int last) {
                return inside(first | y, lane, last);
            }
        };

        /** The lane, or -1 if it lies outside and the lane keeps its own value. */
        abstract int source(int lane, int y, int first, int last);

        private static int inside(int source, int lane, int last) {
            return source <= last ? source : -1;
        }
    }

    /** shfl.sync: {@code predicate} tells who got another's value, unless it is negative. */
    static Step shuffle(Shuffle mode, int destination, int predicate, int x, int y, int z) {
        return (warp, lanes) -> {
            long[] r = warp.values();
            long[] given = new long[LANES];
            System.arraycopy(r, x * LANES, given, 0, LANES); // the destination may be the source
            int found = 0;
            for (int m = lanes; m != 0; m &= m - 1) {
                int i = warp.at(Integer.numberOfTrailingZeros(m));
                int segment = (int) (r[z * LANES + i] >>> 8) & 31;
                int first = i & segment;
                int last = first | (int) r[z * LANES + i] & 31 & ~segment;
                int from = mode.source(i, (int) r[y * LANES + i] & 31, first, last);
                if (from >= 0) {
                    found |= 1 << i;
                } else {
                    from = i;
                }
                if ((lanes >>> from & 1) == 0) {
                    throw new Fault("shuffle from a lane that is not there: lane=" + from);
                }
                r[destination * LANES + i] = given[from];
            }
            if (predicate >= 0) {
                warp.setPredicate(predicate, lanes, found);
            }
        };
    }

    /** vote.sync.ballot: the members whose predicate holds. */
    static Step ballot(int destination, int predicate) {
        return (warp, lanes) -> {
            long votes = warp.predicate(predicate) & lanes & 0xFFFFFFFFL;
            for (int m = lanes; m != 0; m &= m - 1) {
                warp.values()[destination * LANES + Integer.numberOfTrailingZeros(m)] = votes;
            }
        };
    }

    /** vote.sync.any and all. */
    static Step vote(String mode, int destination, int predicate) {
        return (warp, lanes) -> {
            int votes = warp.predicate(predicate) & lanes;
            boolean result = mode.equals("any") ? votes != 0 : votes == lanes;
            warp.setPredicate(destination, lanes, result ? -1 : 0);
        };
    }

    /** redux.sync: one value from all members'. */
    static Step reduce(Operation operation, int destination, int x) {
        return (warp, lanes) -> {
            long[] r = warp.values();
            long result = r[x * LANES + Integer.numberOfTrailingZeros(lanes)];
            for (int m = lanes & lanes - 1; m != 0; m &= m - 1) {
                result = operation.of(result, r[x * LANES + Integer.numberOfTrailingZeros(m)], 0) & 0xFFFFFFFFL;
            }
            for (int m = lanes; m != 0; m &= m - 1) {
                r[destination * LANES + Integer.numberOfTrailingZeros(m)] = result;
            }
        };
    }

    /** bar.warp.sync: members see what each other wrote. */
    static Step meet() {
        return (warp, lanes) -> {
            warp.at(Integer.numberOfTrailingZeros(lanes));
            warp.block().now().warpBarrier(lanes);
        };
    }
}
