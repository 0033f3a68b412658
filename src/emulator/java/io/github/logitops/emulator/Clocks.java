package io.github.logitops.emulator;

/**
 * What warps of a cluster know to be over: vector clocks. A warp tells by barriers in shared memory how far it has come, and
 * whoever waits for those learns it. What a warp does after it told is later than what it told.
 */
final class Clocks {
    private final int[][] known; // by warp: how far that knows each warp to have come

    Clocks(int warps) {
        known = new int[warps][warps];
        for (int warp = 0; warp < warps; warp++) {
            known[warp][warp] = 1;
        }
    }

    int warps() {
        return known.length;
    }

    /** How far a warp has come. */
    int now(int warp) {
        return known[warp][warp];
    }

    /** What a warp has to tell, which others read and leave as it is. */
    int[] tell(int warp) {
        int[] told = known[warp].clone();
        known[warp][warp]++;
        return told;
    }

    void learn(int warp, int[] told) {
        join(known[warp], told);
    }

    boolean knows(int warp, int other, int time) {
        return known[warp][other] >= time;
    }

    /** These warps meet at a barrier. */
    void meet(int first, int count) {
        int[] all = new int[known.length];
        for (int warp = first; warp < first + count; warp++) {
            join(all, tell(warp));
        }
        for (int warp = first; warp < first + count; warp++) {
            learn(warp, all);
        }
    }

    static void join(int[] known, int[] told) {
        for (int i = 0; i < known.length; i++) {
            known[i] = Math.max(known[i], told[i]);
        }
    }
}
