package io.github.logitops.emulator;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** The threads of a block and their memory. One object is any number of blocks of a launch, one after another. */
final class Block {
    /** The registers of warps, kept from launch to launch: they are large, and launches are many. */
    private static final ThreadLocal<long[][]> REGISTERS =
            ThreadLocal.withInitial(() -> new long[32 * SharedMemory.MOST_RANKS][]);

    private final Grid grid;
    private final Cluster cluster;
    private final int rank;
    private final SharedMemory shared;
    private final ClusterMemory clusterMemory;
    private final LocalMemory local;
    private final List<Warp> warps;
    private AsyncCopies copies;
    private Mbarriers mbarriers;
    private Moment now;
    private Random random;
    private int index;
    private int live;
    private int barriersBeforeExit; // of the cluster, as others have accessed this block's memory

    /** The block of this rank in a cluster. */
    Block(Grid grid, Cluster cluster, int rank) {
        this.grid = grid;
        this.cluster = cluster;
        this.rank = rank;
        shared = new SharedMemory(rank, entry().shared(), grid.sharedBytes());
        local = new LocalMemory(entry().local(), grid.threads());
        clusterMemory = new ClusterMemory(this);
        Warp[] made = new Warp[grid.warps()];
        long[][] registers = REGISTERS.get();
        for (int w = 0; w < made.length; w++) {
            int size = entry().slots() * Warp.LANES;
            int own = rank * made.length + w;
            if (registers[own] == null || registers[own].length < size) {
                registers[own] = new long[size];
            }
            made[w] = new Warp(this, w * Warp.LANES, registers[own]);
            prepare(made[w]);
        }
        warps = Arrays.asList(made);
    }

    private void prepare(Warp warp) {
        for (Map.Entry<Long, Integer> constant : entry().constants().entrySet()) {
            fill(warp, constant.getValue(), constant.getKey());
        }
        grid.arguments().forEach((slot, value) -> fill(warp, slot, value));
        for (int lane = 0; lane < Warp.LANES; lane++) {
            int thread = warp.firstThread() + lane;
            warp.values()[Entry.SPECIAL.get("%tid.x") * Warp.LANES + lane] = thread % grid.threadsX();
            warp.values()[Entry.SPECIAL.get("%tid.y") * Warp.LANES + lane] = thread / grid.threadsX();
            warp.values()[Entry.SPECIAL.get("%laneid") * Warp.LANES + lane] = lane;
        }
        fill(warp, Entry.SPECIAL.get("%ntid.x"), grid.threadsX());
        fill(warp, Entry.SPECIAL.get("%ntid.y"), grid.threads() / grid.threadsX());
        fill(warp, Entry.SPECIAL.get("%nctaid.x"), grid.blocks());
        fill(warp, Entry.SPECIAL.get("%cluster_ctarank"), rank);
        fill(warp, Entry.SPECIAL.get("%cluster_ctaid.x"), rank);
        fill(warp, Entry.SPECIAL.get("%cluster_nctarank"), cluster.size());
        fill(warp, Entry.SPECIAL.get("%cluster_nctaid.x"), cluster.size());
        fill(warp, Entry.SPECIAL.get("%nclusterid.x"), grid.blocks() / cluster.size());
        fill(warp, Entry.SPECIAL.get(Entry.WHOLE_WARP), Warp.lanes(grid.threads() - warp.firstThread()));
    }

    private static void fill(Warp warp, int slot, long value) {
        Arrays.fill(warp.values(), slot * Warp.LANES, (slot + 1) * Warp.LANES, value);
    }

    Entry entry() {
        return grid.entry();
    }

    Schedule schedule() {
        return grid.schedule();
    }

    /** Where to count what happens; null if nobody asked. */
    Counters counters() {
        return grid.counters();
    }

    GlobalMemory global() {
        return grid.memory();
    }

    SharedMemory shared() {
        return shared;
    }

    LocalMemory local() {
        return local;
    }

    Cluster cluster() {
        return cluster;
    }

    /** Its number in the cluster. */
    int rank() {
        return rank;
    }

    int index() {
        return index;
    }

    ClusterMemory clusterMemory() {
        return clusterMemory;
    }

    Mbarriers mbarriers() {
        return mbarriers;
    }

    AsyncCopies copies() {
        return copies;
    }

    Moment now() {
        return now;
    }

    /** Begins the block of this index. */
    void start(int blockIndex, Random newRandom) {
        index = blockIndex;
        random = newRandom;
        live = grid.threads();
        barriersBeforeExit = 0;
        shared.reset();
        local.reset();
        copies = new AsyncCopies();
        now = new Moment(grid, blockIndex, warps.size());
        mbarriers = new Mbarriers(this);
        for (Warp warp : warps) {
            fill(warp, Entry.SPECIAL.get("%ctaid.x"), blockIndex);
            fill(warp, Entry.SPECIAL.get("%clusterid.x"), blockIndex / cluster.size());
            warp.start(grid.threads() - warp.firstThread(), random);
        }
    }

    /** Runs as far as the block gets without others; returns whether threads are left. */
    boolean run() {
        warps.forEach(Warp::pollAgain);
        do {
            runToBarrier();
        } while (passBarrier());
        return !isOver();
    }

    boolean isOver() {
        return live == 0;
    }

    /** Another block, whose thread at work has arrived so often at the cluster's barrier, accesses the memory of this one. */
    void expectAccess(int arrivals) {
        barriersBeforeExit = Math.max(barriersBeforeExit, arrivals + 1);
    }

    /** These lanes exit. */
    void exit(Warp warp, int lanes) {
        for (int m = lanes; m != 0; m &= m - 1) {
            int thread = warp.firstThread() + warp.at(Integer.numberOfTrailingZeros(m));
            if (cluster.barrier().exit(rank, thread)) {
                cluster.order();
            }
        }
        live -= Integer.bitCount(lanes);
        if (live > 0) {
            return;
        }
        if (cluster.pushes().reach(shared)) {
            throw new Fault("exit of a block with st.async under way to it");
        }
        mbarriers.requireDone();
        if (cluster.barrier().mostWaits(rank) < barriersBeforeExit) {
            throw new Fault("exit of a block with no barrier of the cluster after others accessed its memory");
        }
    }

    /** Lets warps pass that wait for the cluster's barrier and need not any longer; returns whether there were any. */
    boolean passClusterBarrier() {
        boolean passed = false;
        for (Warp warp : warps) {
            passed |= warp.passClusterBarrier();
        }
        return passed;
    }

    /** What threads wait for, none of which can go on; null if there are none. */
    EmulatorException stuck() {
        return warps.stream()
                .filter(Warp::waitsForOthers)
                .findFirst()
                .map(Warp::stuck)
                .orElse(null);
    }

    private void runToBarrier() {
        boolean busy = true;
        while (busy) {
            busy = false;
            if (schedule().order() == Schedule.Order.SHUFFLED) {
                Collections.shuffle(warps, random);
            }
            for (Warp warp : warps) {
                busy |= warp.run();
            }
        }
    }

    /**
     * Whether all threads are at one barrier, and now past it; false if all have exited, or some wait for other blocks. Anything
     * else is an error.
     */
    private boolean passBarrier() {
        int barrier = -1;
        int waiting = 0;
        int missing = -1;
        for (Warp warp : warps) {
            int left = Integer.bitCount(warp.live());
            waiting += left;
            if (left > 0) {
                barrier = warp.barrier();
            }
            if (left < Math.min(Warp.LANES, grid.threads() - warp.firstThread()) && missing < 0) {
                missing = warp.firstThread() + Integer.numberOfTrailingZeros(~warp.live());
            }
        }
        if (waiting == 0 || warps.stream().anyMatch(Warp::waitsForOthers)) {
            return false;
        }
        for (Warp warp : warps) {
            if (warp.live() != 0 && (warp.barrier() < 0 || warp.barrier() != barrier)) {
                Instruction at = entry().code()[Math.max(barrier, 0)];
                throw error("threads of a block at different barriers", at, warp.firstThread(), null);
            }
        }
        if (missing >= 0) {
            String what = "barrier that only " + waiting + " of " + grid.threads() + " threads reach";
            throw error(what + ", one that has exited is named", entry().code()[barrier], missing, null);
        }
        warps.forEach(Warp::leaveBarrier);
        now.barrier();
        cluster.meet(rank, 1);
        return true;
    }

    EmulatorException error(String what, Instruction at, int thread, Throwable cause) {
        int block = index;
        return new EmulatorException(
                "emulator: " + what + ", kernel=" + entry().name() + ", file=" + entry().module() + ", line="
                        + at.statement().line(),
                () -> ", source=" + entry().sourceOf(at) + ", instruction="
                        + at.statement().text() + ", block=" + block + ", thread=" + thread + ", schedule="
                        + schedule(),
                cause);
    }
}
