package io.github.logitops.cli.bench;

import io.github.logitops.LogitOps;
import io.github.logitops.memory.Stream;
import java.util.List;

/** What a benchmark lies on: a session, a clock, and what the memory below can do. */
interface Bed extends AutoCloseable {
    /** A session; closed with this. */
    LogitOps ops();

    /** Where all work is queued; closed with this. */
    Stream stream();

    /** How many bytes in turn no cache holds. */
    long beyondCaches();

    /** The microseconds that the device takes for each of {@code calls} calls, which use the buffers in turn. */
    double micros(Contender contender, int calls, int sets);

    /** Plain memory traffic on the buffers of a workload. */
    List<Contender> ceilings(Workload workload);

    @Override
    void close();
}
