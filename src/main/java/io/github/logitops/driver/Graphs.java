package io.github.logitops.driver;

/** Work on streams that is recorded once and replayed often, at one call's cost. Errors and threads as in {@link MemoryDriver}. */
public interface Graphs {
    /** Has work that this thread queues on the stream from now on recorded, and not done. */
    void begin(long stream);

    /** Ends that. The handle of what was recorded, ready to be replayed. */
    long end(long stream);

    /** Queues all that was recorded. */
    void replay(long graph, long stream);

    /** Gives a graph back. Its replays must be done. */
    void destroy(long graph);
}
