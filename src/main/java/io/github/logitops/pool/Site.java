package io.github.logitops.pool;

import io.github.logitops.memory.LeakTracking;
import java.util.Arrays;
import java.util.Set;

/** A place in the caller's code, or word that none was recorded. */
final class Site {
    private static final Set<String> LIBRARY =
            Set.of("io.github.logitops", "io.github.logitops.base", "io.github.logitops.op", "io.github.logitops.pool");
    private static final Site UNKNOWN = new Site(null);

    private final Throwable trace;

    private Site(Throwable trace) {
        this.trace = trace;
    }

    static Site here(LeakTracking tracking, String what) {
        return tracking == LeakTracking.OFF ? UNKNOWN : new Site(new Throwable(what));
    }

    /** The whole stack, or null. */
    Throwable trace() {
        return trace;
    }

    /** The innermost frame outside this library. */
    @Override
    public String toString() {
        if (trace == null) {
            return "unknown (leakTracking=OFF)";
        }
        return Arrays.stream(trace.getStackTrace())
                .filter(frame -> !LIBRARY.contains(packageOf(frame.getClassName())))
                .findFirst()
                .map(StackTraceElement::toString)
                .orElse("unknown");
    }

    private static String packageOf(String className) {
        return className.substring(0, Math.max(0, className.lastIndexOf('.')));
    }
}
