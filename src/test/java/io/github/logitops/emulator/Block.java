package io.github.logitops.emulator;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** The threads of a block and their memory. One object runs any number of blocks of a launch, one after another. */
final class Block {
    /** The registers of warps, kept from launch to launch: they are large, and launches are many. */
    private static final ThreadLocal<long[][]> REGISTERS = ThreadLocal.withInitial(() -> new long[32][]);

    private final Grid grid;
    private final SharedMemory shared;
    private final LocalMemory local;
    private final List<Warp> warps;
    private AsyncCopies copies;
    private Moment now;
    private int index;

    Block(Grid grid) {
        this.grid = grid;
        shared = new SharedMemory(entry().shared(), grid.sharedBytes());
        local = new LocalMemory(entry().local(), grid.threads());
        Warp[] made = new Warp[(grid.threads() + Warp.LANES - 1) / Warp.LANES];
        long[][] registers = REGISTERS.get();
        for (int w = 0; w < made.length; w++) {
            int size = entry().slots() * Warp.LANES;
            if (registers[w] == null || registers[w].length < size) {
                registers[w] = new long[size];
            }
            made[w] = new Warp(this, w * Warp.LANES, registers[w]);
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

    AsyncCopies copies() {
        return copies;
    }

    Moment now() {
        return now;
    }

    /** Runs the block of this index to its end. */
    void run(int blockIndex) {
        index = blockIndex;
        shared.reset();
        local.reset();
        copies = new AsyncCopies();
        now = new Moment(grid, blockIndex, warps.size());
        Random random = schedule().random(blockIndex);
        for (Warp warp : warps) {
            fill(warp, Entry.SPECIAL.get("%ctaid.x"), blockIndex);
            warp.start(grid.threads() - warp.firstThread(), random);
        }
        do {
            runToBarrier(random);
        } while (passBarrier());
    }

    private void runToBarrier(Random random) {
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

    /** Whether all threads are at one barrier, and now past it; false if all have exited. Anything else is an error. */
    private boolean passBarrier() {
        int barrier = -1;
        int waiting = 0;
        int missing = -1;
        for (Warp warp : warps) {
            int live = Integer.bitCount(warp.live());
            waiting += live;
            if (live > 0) {
                barrier = warp.barrier();
            }
            if (live < Math.min(Warp.LANES, grid.threads() - warp.firstThread()) && missing < 0) {
                missing = warp.firstThread() + Integer.numberOfTrailingZeros(~warp.live());
            }
        }
        if (waiting == 0) {
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
