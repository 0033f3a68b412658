package io.github.logitops.memory;

/** Whether tensors and streams remember the code that made and closed them. */
public enum LeakTracking {
    /** They do not: cheap. Leaks are still reported, without the place. */
    OFF,
    /** They keep a stack trace each: reports of leaks and of uses after close name the place. For tests and for the hunt. */
    SITES
}
