package io.github.logitops.cli.bench;

import io.github.logitops.Backend;
import io.github.logitops.LogitOps;
import io.github.logitops.cli.Heap;
import io.github.logitops.cli.SessionOptions;
import io.github.logitops.memory.Stream;
import java.util.List;
import java.util.stream.IntStream;

/** The CPU mode, where work is done when a call returns. */
final class CpuBed implements Bed {
    private static final int COPY_BYTES = 1 << 26;
    private static final long BEYOND_CACHES = 96L << 20;

    private final LogitOps ops;
    private final Stream stream;
    private final byte[] from = new byte[COPY_BYTES];
    private final byte[] to = new byte[COPY_BYTES];

    private CpuBed(SessionOptions options) {
        ops = options.openOn(Backend.CPU);
        stream = ops.newStream();
    }

    /**
     * Opens a session.
     *
     * @param largest the bytes of the largest tensor
     * @param more bytes that are needed besides
     * @throws IllegalStateException if the heap has no room for what is measured
     */
    static CpuBed open(SessionOptions options, Heap heap, long largest, long more) {
        long needed = 2L * COPY_BYTES + Arenas.heapBytes(Math.max(BEYOND_CACHES, largest)) + more;
        if (needed > heap.bytes()) {
            throw new IllegalStateException("bench: the arrays to measure with do not fit: bytes=" + needed + ", heap="
                    + heap.bytes() + "; give a larger heap with -Xmx");
        }
        return new CpuBed(options);
    }

    @Override
    public LogitOps ops() {
        return ops;
    }

    @Override
    public Stream stream() {
        return stream;
    }

    /** More than the last level of most caches; a server's may hold it, and its copy is as fast then. */
    @Override
    public long beyondCaches() {
        return BEYOND_CACHES;
    }

    @Override
    public double micros(Contender contender, int calls, int sets) {
        long start = System.nanoTime();
        for (int i = 0; i < calls; i++) {
            contender.call().on(i % sets);
        }
        return (System.nanoTime() - start) / 1e3 / calls;
    }

    /** A copy between two arrays, by all threads, of as many bytes as the workload's tensors have, and as many places. */
    @Override
    public List<Contender> ceilings(Workload workload) {
        int bytes = (int) Math.min(COPY_BYTES, workload.shape().bytes());
        int copies = (int) (workload.shape().bytes() / bytes);
        return List.of(new Contender(Cell.CEILING, "copy", 2L * bytes * copies, "copy", set -> {
            for (int i = 0; i < copies; i++) {
                copy((int) ((long) set * bytes % (COPY_BYTES - bytes + 1)), bytes);
            }
        }));
    }

    private void copy(int offset, int bytes) {
        int parts = Runtime.getRuntime().availableProcessors();
        IntStream.range(0, parts).parallel().forEach(part -> {
            int first = offset + (int) ((long) bytes * part / parts);
            int last = offset + (int) ((long) bytes * (part + 1) / parts);
            System.arraycopy(from, first, to, first, last - first);
        });
    }

    @Override
    public void close() {
        stream.close();
        ops.close();
    }
}
