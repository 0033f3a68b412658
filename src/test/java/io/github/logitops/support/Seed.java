package io.github.logitops.support;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/**
 * Where chance starts in this run of the tests: another place each day, so that over time more schedules are tried, unless
 * {@code -Dlogitops.seed=} says where. The first failure tells it.
 */
public final class Seed implements TestWatcher {
    private static final long MILLISECONDS_A_DAY = 24L * 60 * 60 * 1000;

    /** Not negative. */
    public static final long VALUE = Long.getLong("logitops.seed", System.currentTimeMillis() / MILLISECONDS_A_DAY);

    private static boolean told;

    @Override
    public void testFailed(ExtensionContext context, Throwable cause) {
        synchronized (Seed.class) {
            if (!told) {
                told = true;
                System.err.println("To run the emulator on the same schedules again: -Dlogitops.seed=" + VALUE);
            }
        }
    }
}
