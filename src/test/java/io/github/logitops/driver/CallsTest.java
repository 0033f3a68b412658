package io.github.logitops.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Phaser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CallsTest {
    private static final int ROUNDS = 50_000;
    private static final Executor THREADS = task -> new Thread(task).start(); // the common pool may have but one

    private volatile Calls calls = new Calls();
    private volatile boolean closed;

    /** Whoever begins a call at the very moment of a close is before it or refused. */
    @Test
    void noCallBeginsAfterAClose() {
        Phaser rounds = new Phaser(2);
        CompletableFuture<Integer> late = CompletableFuture.supplyAsync(
                () -> {
                    int count = 0;
                    for (int i = 0; i < ROUNDS; i++) {
                        rounds.arriveAndAwaitAdvance();
                        while (calls.begin()) {
                            count += closed ? 1 : 0;
                            calls.end();
                        }
                        rounds.arriveAndAwaitAdvance();
                    }
                    return count;
                },
                THREADS);
        for (int i = 0; i < ROUNDS; i++) {
            calls = new Calls();
            closed = false;
            rounds.arriveAndAwaitAdvance();
            assertTrue(calls.beginClose("it", "n=1"));
            closed = true;
            calls.endClose(true);
            rounds.arriveAndAwaitAdvance();
        }
        assertEquals(0, late.join());
    }

    @Test
    void callsOfCallsAreLetThroughWhileACloseWaits() {
        assertTrue(calls.begin());
        CompletableFuture<Boolean> close = CompletableFuture.supplyAsync(() -> calls.beginClose("it", "n=1"), THREADS);
        while (CompletableFuture.supplyAsync(this::beginsAndEnds, THREADS).join()) {
            Thread.onSpinWait(); // until the close has begun
        }
        assertTrue(calls.begin());
        calls.end();
        assertFalse(close.isDone());
        calls.end();
        assertTrue(close.join());
        assertFalse(calls.begin());
    }

    private boolean beginsAndEnds() {
        boolean begun = calls.begin();
        if (begun) {
            calls.end();
        }
        return begun;
    }

    @Test
    void aCloseThatFailedMayBeTriedAgain() {
        assertTrue(calls.beginClose("it", "n=1"));
        assertTrue(calls.begin(), "calls of the close itself");
        calls.end();
        calls.endClose(false);
        assertTrue(beginsAndEnds());
        assertTrue(calls.beginClose("it", "n=1"));
        calls.endClose(true);
        assertFalse(calls.begin());
        assertFalse(calls.beginClose("it", "n=1"));
    }

    @Test
    void aCloseWithinACallIsRefused() {
        assertTrue(calls.begin());
        IllegalStateException e = assertThrows(IllegalStateException.class, () -> calls.beginClose("it", "n=1"));
        assertEquals("it: close called within one of its own calls: n=1", e.getMessage());
        assertTrue(calls.begin(), "nothing has begun");
    }
}
