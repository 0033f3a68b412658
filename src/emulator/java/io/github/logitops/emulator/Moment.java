package io.github.logitops.emulator;

/**
 * A moment in the life of a block, as the thread sees it that is at work: what has happened before it, and what may happen at the
 * same time. A stamp is a moment in one number:
 *
 * <pre>
 * phase (36 bits)   one for each stretch between two barriers of each block, from one launch to the next
 * time (15 bits)    how often lanes of the warp had met by then
 * atomic (1 bit)
 * who (12 bits)     a thread; several of one warp, and among which of its lanes; several of a block; several of several blocks
 * </pre>
 */
final class Moment {
    private static final int WHO_BITS = 12;
    private static final int TIME_SHIFT = WHO_BITS + 1;
    private static final int PHASE_SHIFT = 28;
    private static final long ATOMIC = 1L << WHO_BITS;
    private static final int WHO = (1 << WHO_BITS) - 1;
    private static final int MOST_TIME = (1 << PHASE_SHIFT - TIME_SHIFT) - 1;

    // And 32 times the warp's number, and a node of the tree that has lane i as node 32 + i, and node n above 2 n and 2
    // n + 1.
    private static final int SEVERAL_OF_WARP = 1024;
    private static final int SEVERAL_OF_BLOCK = 2048;
    private static final int SEVERAL_BLOCKS = 2049;

    private final Grid grid;
    private final Fences.OfBlock fences;
    private final int[][][] met; // by warp and two lanes: when they met last
    private final int[] time; // by warp
    private final int block;
    private long floor; // everything before this phase was over when the launch began, or the cluster met last
    private long phase;
    private int thread;
    private long atomic;

    Moment(Grid grid, int block, int warps) {
        this.grid = grid;
        this.block = block;
        this.fences = grid.fences().ofBlock(block);
        met = new int[warps][][];
        time = new int[warps];
        floor = grid.firstPhase();
        phase = grid.newPhase(block);
    }

    /** The thread at work from now on. */
    void at(int newThread) {
        thread = newThread;
    }

    int thread() {
        return thread;
    }

    int block() {
        return block;
    }

    /** The number of its warp in the cluster. */
    int warp() {
        return block % grid.clusterBlocks() * time.length + thread / Warp.LANES;
    }

    /** All threads of the cluster met; what was before this phase is over. */
    void clusterBarrier(long first) {
        floor = first;
        phase = grid.newPhase(block);
    }

    /** All threads of the block met. */
    void barrier() {
        phase = grid.newPhase(block);
        fences.barrier();
    }

    /** These lanes of the warp of the thread at work met, and see what each other did. */
    void warpBarrier(int lanes) {
        int warp = thread / Warp.LANES;
        if (met[warp] == null) {
            met[warp] = new int[Warp.LANES][Warp.LANES];
        }
        time[warp] = Math.min(time[warp] + 1, MOST_TIME);
        for (int i = 0; i < Warp.LANES; i++) {
            for (int j = 0; j < Warp.LANES; j++) {
                if ((lanes >>> i & lanes >>> j & 1) != 0) {
                    met[warp][i][j] = time[warp];
                }
            }
        }
    }

    void fence() {
        fences.fence(phase, thread);
    }

    /** What the thread does next, up to {@link #endAtomic}, is one atomic operation at this address. */
    void beginAtomic(long address, MemorySteps.StateSpace space) {
        atomic = ATOMIC;
        if (space == MemorySteps.StateSpace.GLOBAL) { // in shared memory no other block comes by
            fences.atomic(address, thread);
        }
    }

    void endAtomic() {
        atomic = 0;
    }

    long stamp() {
        return phase << PHASE_SHIFT | (long) time[thread / Warp.LANES] << TIME_SHIFT | atomic | thread;
    }

    /** Whether what was stamped has happened before what the thread does now, or cannot disturb it. */
    boolean follows(long stamp) {
        long its = stamp >>> PHASE_SHIFT;
        if (its < floor || (stamp & atomic) != 0) {
            return true;
        }
        int who = (int) stamp & WHO;
        if (who == SEVERAL_BLOCKS) {
            return false;
        }
        if (its == phase) {
            return who == thread || hasMet(who, timeOf(stamp));
        }
        return grid.blockOf(its) == block || fences.know(thread, grid.blockOf(its), its, who);
    }

    private static int timeOf(long stamp) {
        return (int) (stamp >>> TIME_SHIFT) & MOST_TIME;
    }

    private boolean hasMet(int who, int then) {
        int warp = thread / Warp.LANES;
        if (met[warp] == null || who >= SEVERAL_OF_BLOCK || warpOf(who) != warp) {
            return false;
        }
        int[] last = met[warp][thread % Warp.LANES];
        int node = node(who);
        int below = Integer.numberOfLeadingZeros(node) - Integer.numberOfLeadingZeros(Warp.LANES); // levels
        for (int lane = node << below; lane < node + 1 << below; lane++) {
            if (last[lane - Warp.LANES] <= then) {
                return false;
            }
        }
        return true;
    }

    private static int warpOf(int who) {
        return who % SEVERAL_OF_WARP / Warp.LANES;
    }

    /** Of one or several threads of a warp. */
    private static int node(int who) {
        return who % Warp.LANES + (who < SEVERAL_OF_WARP ? Warp.LANES : 0);
    }

    /** The lowest node above both: what the bits of their numbers have in common, from the highest on. */
    private static int nodeAbove(int one, int other) {
        int deeper = Integer.numberOfLeadingZeros(one) - Integer.numberOfLeadingZeros(other);
        int a = one >>> Math.max(0, -deeper);
        int b = other >>> Math.max(0, deeper);
        return a >>> Integer.SIZE - Integer.numberOfLeadingZeros(a ^ b);
    }

    /** The stamp of an earlier access and this one, neither of which disturbs the other. */
    long together(long earlier) {
        long now = stamp();
        long its = earlier >>> PHASE_SHIFT;
        int who = (int) earlier & WHO;
        if (its < floor || its == phase && (who == thread || hasMet(who, timeOf(earlier)))) {
            return now; // whoever comes after this access comes after the earlier one, too
        }
        if (who == SEVERAL_BLOCKS || grid.blockOf(its) != block) {
            return now & ~WHO | SEVERAL_BLOCKS;
        }
        if (its != phase) {
            return now; // a barrier came between
        }
        if (who >= SEVERAL_OF_BLOCK || warpOf(who) != warpOf(thread)) {
            return now & ~WHO | SEVERAL_OF_BLOCK;
        }
        return now & ~WHO | SEVERAL_OF_WARP + warpOf(thread) * Warp.LANES + nodeAbove(node(who), node(thread));
    }

    /** A warp of the cluster, by its number there, in words. */
    String describeWarp(int number) {
        int size = grid.clusterBlocks();
        return "warp " + number % time.length + " of block " + (block / size * size + number / time.length);
    }

    /** A stamp in words. */
    String describe(long stamp) {
        int who = (int) stamp & WHO;
        String of = who < SEVERAL_OF_WARP
                ? "thread " + who
                : who < SEVERAL_OF_BLOCK ? "several threads of warp " + warpOf(who) : "several threads";
        int other = grid.blockOf(stamp >>> PHASE_SHIFT);
        return who == SEVERAL_BLOCKS ? "several blocks" : of + (other == block ? "" : " of block " + other);
    }
}
