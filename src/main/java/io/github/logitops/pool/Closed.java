package io.github.logitops.pool;

/**
 * How something came to be closed, which is what its users are told.
 *
 * @param rule the rule that they break
 * @param at the place that closed it
 */
record Closed(String rule, Site at) {
    /** A tensor, stream or session that was closed by its own close. */
    static Closed byItself(String kind, Site at) {
        return new Closed(kind + ": used after close", at);
    }

    /** One whose own close still waits for calls of other threads. */
    static Closed whileInUse(String kind, Site at) {
        return new Closed(kind + ": closed while in use", at);
    }

    /** A tensor or stream that its user did not close. */
    static Closed withSession(Site at) {
        return whileInUse("session", at);
    }

    /** What to throw at those who use it all the same; {@code name} is what they use, such as {@code stream=5}. */
    IllegalStateException refusal(String name) {
        return new IllegalStateException(rule + ": " + name + ", closedAt=" + at, at.trace());
    }
}
