package io.github.logitops.pool;

import java.lang.ref.Cleaner;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What nobody closed: found out by the garbage collector or when its session is closed, and reported at WARN. */
final class Leaks {
    private static final Logger LOG = LoggerFactory.getLogger(DeviceMemory.class);
    private static final Cleaner CLEANER = Cleaner.create();

    private Leaks() {}

    /** Has {@code action}, which must not lead to {@code handle}, run on a thread of its own once that is out of reach. */
    static Watch watch(Object handle, Runnable action) {
        Watch watch = new Watch(action);
        watch.cleanable = CLEANER.register(handle, watch);
        return watch;
    }

    /** Over a handle. If it is not ended, the garbage collector has work with every handle, and its pauses get long. */
    static final class Watch implements Runnable {
        private volatile Runnable action; // null: ended
        private volatile Cleaner.Cleanable cleanable;

        private Watch(Runnable action) {
            this.action = action;
        }

        /** The handle was closed: there is nothing left to find out. */
        void end() {
            action = null;
            cleanable.clean();
        }

        @Override
        public void run() {
            Runnable due = action;
            if (due != null) {
                due.run();
            }
        }
    }

    static void reportOutOfReach(Object leaked, Site madeAt) {
        report(leaked, "was never closed and is out of reach", madeAt);
    }

    static void reportAtClose(Object leaked, Site madeAt) {
        report(leaked, "was not closed before its session", madeAt);
    }

    private static void report(Object leaked, String what, Site madeAt) {
        LOG.warn("{} {}, made at {}", leaked, what, madeAt, madeAt.trace());
    }
}
