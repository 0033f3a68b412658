package io.github.logitops.emulator;

import java.util.Arrays;

/** barrier.cluster: threads arrive, go on, and wait later for all others to have arrived. Who has exited counts as arrived. */
final class ClusterBarrier {
    private final int[][] arrivals; // by rank and thread
    private final int[][] waits;
    private int live;
    private int missing; // threads that have not arrived for the next completion
    private int completions;
    private boolean relaxed; // an arrival of this time orders nothing

    ClusterBarrier(int blocks, int threads) {
        arrivals = new int[blocks][threads];
        waits = new int[blocks][threads];
        live = blocks * threads;
        missing = live;
    }

    /** How often this thread has waited: remote memory is there from the first time on. */
    int waits(int rank, int thread) {
        return waits[rank][thread];
    }

    /** How often the thread has that has waited most often. */
    int mostWaits(int rank) {
        return Arrays.stream(waits[rank]).max().orElseThrow();
    }

    int arrivals(int rank, int thread) {
        return arrivals[rank][thread];
    }

    /** Whether this arrival was the last, and all of them order what was before them. */
    boolean arrive(int rank, int thread, boolean releases) {
        if (arrivals[rank][thread] > waits[rank][thread]) {
            throw new Fault("second arrival at the cluster's barrier with no wait between");
        }
        arrivals[rank][thread]++;
        relaxed |= !releases;
        missing--;
        return complete();
    }

    private boolean complete() {
        if (missing > 0 || live == 0) {
            return false;
        }
        completions++;
        missing = live;
        boolean orders = !relaxed;
        relaxed = false;
        return orders;
    }

    void requireArrived(int rank, int thread) {
        if (arrivals[rank][thread] == waits[rank][thread]) {
            throw new Fault("wait for the cluster's barrier with no arrival before");
        }
    }

    /** Whether this thread, which has arrived, need not wait any longer. */
    boolean isOpen(int rank, int thread) {
        return completions >= arrivals[rank][thread];
    }

    void pass(int rank, int thread) {
        waits[rank][thread]++;
    }

    /** Whether this exit was the last that others waited for, and all arrivals order what was before them. */
    boolean exit(int rank, int thread) {
        if (arrivals[rank][thread] > waits[rank][thread]) {
            throw new Fault("exit with no wait for the cluster's barrier after an arrival");
        }
        live--;
        missing--; // whoever has waited has not arrived since
        return complete();
    }

    /** How many threads are missing, in words. */
    String state() {
        return live - missing + " of " + live + " threads";
    }
}
