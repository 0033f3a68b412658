package io.github.logitops.emulator;

import java.util.ArrayList;
import java.util.List;

/**
 * An mbarrier: a phase of it is over when as many threads have arrived, and as many bytes have come by st.async, as it expects.
 * Who arrives or pushes must know that the phase before is over, or could count for the wrong one.
 */
final class Mbarrier {
    private final long address;
    private final int arrivals; // of a phase
    private final Clocks clocks;
    private final int[] told; // by those who arrived and pushed
    private final List<int[]> passed = new ArrayList<>(); // by phase: when each warp found it over; 0 if it did not
    private int[] toldBefore; // of that, what they told in phases that are over
    private int missingArrivals;
    private long missingBytes; // below 0 while bytes came that no thread has announced yet
    private int phases; // that are over

    Mbarrier(long address, int arrivals, Clocks clocks) {
        this.address = address;
        this.arrivals = arrivals;
        this.clocks = clocks;
        missingArrivals = arrivals;
        told = new int[clocks.warps()];
        toldBefore = told.clone();
    }

    /** A thread of this warp arrives and announces bytes; returns whether the phase is over now. */
    boolean arrive(int warp, long bytes) {
        requireKnown(warp, "arrival at an mbarrier");
        if (missingArrivals == 0) {
            throw Fault.at("arrival at an mbarrier that expects no more in this phase", address, state());
        }
        missingArrivals--;
        missingBytes += bytes;
        Clocks.join(told, clocks.tell(warp));
        return endPhase();
    }

    /** Announces bytes without arriving. */
    void expect(int warp, long bytes) {
        requireKnown(warp, "expect_tx of an mbarrier");
        missingBytes += bytes;
    }

    /** Bytes have come from a thread that knew so many phases to be over, and tells that; returns whether this one is, now. */
    boolean complete(int bytes, int knownPhases, int[] itTells) {
        if (knownPhases != phases) {
            throw Fault.at(
                    "st.async counts for another phase of an mbarrier than its thread can know",
                    address,
                    "phase=" + phases + ", known=" + knownPhases);
        }
        missingBytes -= bytes;
        Clocks.join(told, itTells);
        if (missingArrivals == 0 && missingBytes < 0) {
            throw Fault.at("more bytes came to an mbarrier than it expects", address, state());
        }
        return endPhase();
    }

    private boolean endPhase() {
        boolean over = missingArrivals == 0 && missingBytes == 0;
        if (over) {
            phases++;
            missingArrivals = arrivals;
            toldBefore = told.clone();
        }
        return over;
    }

    /** Whether the phase of this parity is over, which a warp then knows. */
    boolean test(int warp, long parity) {
        if ((phases & 1) == parity) {
            return false;
        }
        while (passed.size() < phases) {
            passed.add(new int[clocks.warps()]);
        }
        if (phases > 0 && passed.get(phases - 1)[warp] == 0) {
            passed.get(phases - 1)[warp] = clocks.now(warp);
            clocks.learn(warp, toldBefore);
        }
        return true;
    }

    private void requireKnown(int warp, String what) {
        if (knownPhases(warp) != phases) {
            throw Fault.at(what + " with no wait for its last phase before", address, state());
        }
    }

    /** Of how many phases a warp knows that they are over: it found them over, or learnt it from one that did. */
    int knownPhases(int warp) {
        int phase = passed.size();
        while (phase > 0 && !isKnown(passed.get(phase - 1), warp)) {
            phase--;
        }
        return phase;
    }

    /** Whether a warp knows of a phase that it is over, which was found at these times. */
    private boolean isKnown(int[] when, int warp) {
        boolean known = when[warp] != 0; // as it mostly is
        for (int other = 0; other < when.length && !known; other++) {
            known = when[other] != 0 && clocks.knows(warp, other, when[other]);
        }
        return known;
    }

    /** How many phases are over. */
    int phases() {
        return phases;
    }

    boolean expectsBytes() {
        return missingBytes != 0;
    }

    /** Whether any thread found the last phase over. */
    boolean isAwaited() {
        return passed.size() == phases;
    }

    String state() {
        return "phase=" + phases + ", missing arrivals=" + missingArrivals + ", missing bytes=" + missingBytes;
    }
}
