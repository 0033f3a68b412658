package io.github.logitops.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A Ctrl-C, or another request that the JVM end, while there is work that can stop early and save what it has: from its
 * making until it is closed, the JVM does not end.
 */
final class Interruption implements AutoCloseable {
    /** As shells have it: 128 and the signal's number. */
    static final int EXIT_CODE = 130;

    private static final int MOST_SECONDS = 30; // a device that hangs does not keep a JVM from its end

    private final CountDownLatch saved = new CountDownLatch(1);
    private final Thread hook = new Thread(this::waitForWork, "interruption");
    private volatile boolean asked;

    Interruption() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Whether to stop. */
    boolean asked() {
        return asked;
    }

    /** All is saved. */
    @Override
    public void close() {
        saved.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // the JVM is ending: the hook runs
        }
    }

    private void waitForWork() {
        asked = true;
        try {
            saved.await(MOST_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody waits any more
        }
    }
}
