package io.github.logitops.emulator;

import io.github.logitops.driver.Launch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** A launch. Its clusters of blocks run one after another, in whichever order the schedule says. */
final class Grid {
    private final Entry entry;
    private final int blocks;
    private final int threads;
    private final int threadsX;
    private final int sharedBytes;
    private final Map<Integer, Long> arguments;
    private final GlobalMemory memory;
    private final Schedule schedule;
    private final Counters counters;
    private final Fences fences = new Fences();
    private long firstPhase; // known once it runs
    private int[] blockOfPhase = new int[16];

    /** Counts into {@code counters}, if it is not null. */
    Grid(Entry entry, int blocks, Launch launch, GlobalMemory memory, Schedule schedule, Counters counters) {
        threads = launch.threads() * launch.threadsY();
        threadsX = launch.threads();
        sharedBytes = launch.sharedBytes();
        arguments = entry.values(launch.arguments(), threads);
        this.entry = entry;
        this.blocks = blocks;
        this.memory = memory;
        this.schedule = schedule;
        this.counters = counters;
    }

    Entry entry() {
        return entry;
    }

    int blocks() {
        return blocks;
    }

    /** Threads of a block. */
    int threads() {
        return threads;
    }

    /** Warps of a block. */
    int warps() {
        return (threads + Warp.LANES - 1) / Warp.LANES;
    }

    /** Blocks of a cluster. */
    int clusterBlocks() {
        return entry.clusterBlocks();
    }

    /** Threads of a block along x. */
    int threadsX() {
        return threadsX;
    }

    /** Dynamic shared memory of a block. */
    int sharedBytes() {
        return sharedBytes;
    }

    /** What all threads have in which slots, from the arguments. */
    Map<Integer, Long> arguments() {
        return arguments;
    }

    GlobalMemory memory() {
        return memory;
    }

    Schedule schedule() {
        return schedule;
    }

    Counters counters() {
        return counters;
    }

    Fences fences() {
        return fences;
    }

    /** Everything before this phase was over when the launch began. */
    long firstPhase() {
        return firstPhase;
    }

    /** A phase of this block: from its start or from a barrier on. */
    long newPhase(int block) {
        long phase = memory.newPhase();
        int i = (int) (phase - firstPhase);
        if (i >= blockOfPhase.length) {
            blockOfPhase = Arrays.copyOf(blockOfPhase, 2 * i);
        }
        blockOfPhase[i] = block;
        return phase;
    }

    int blockOf(long phase) {
        return blockOfPhase[(int) (phase - firstPhase)];
    }

    void run() {
        firstPhase = memory.newPhase();
        Cluster cluster = new Cluster(this);
        for (int index : order()) {
            cluster.run(index);
        }
    }

    private List<Integer> order() {
        List<Integer> order = new ArrayList<>(
                IntStream.range(0, blocks / clusterBlocks()).boxed().toList());
        if (schedule.order() == Schedule.Order.SHUFFLED) {
            Collections.shuffle(order, schedule.random(firstPhase));
        }
        return order;
    }
}
