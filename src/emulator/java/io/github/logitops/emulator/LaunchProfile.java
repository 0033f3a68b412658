package io.github.logitops.emulator;

import java.util.Map;
import java.util.TreeMap;

/**
 * What a launch did, counted exactly: what makes a kernel fast or slow on any device, known on a machine without one. Requests
 * are those of warps in lockstep.
 *
 * @param entry the kernel
 * @param blocks blocks in the grid
 * @param threads threads in a block
 * @param instructions instructions that threads executed
 * @param exponentials of those, {@code ex2.approx}
 * @param barriers barriers that blocks passed, all together
 * @param collectives shuffles and the like that warps made
 * @param global what happened to global memory, by the start of the allocation
 * @param shared requests to shared memory, and the passes over its banks that they took and would have taken without conflicts
 * @param pushedBytes bytes that st.async sent to the shared memory of blocks of a cluster
 */
public record LaunchProfile(
        String entry,
        int blocks,
        int threads,
        long instructions,
        long exponentials,
        long barriers,
        long collectives,
        Map<Long, Traffic> global,
        Banks shared,
        long pushedBytes) {

    /**
     * Traffic of one allocation.
     *
     * @param bytesRead bytes that threads read, each time
     * @param bytesWritten bytes that threads wrote, each time
     * @param requests loads and stores of warps
     * @param sectors pieces of 32 bytes that these touched, request by request
     * @param idealSectors as many as their bytes would fill
     * @param requestsByWidth requests by the bytes that each thread asks for
     */
    public record Traffic(
            long bytesRead,
            long bytesWritten,
            long requests,
            long sectors,
            long idealSectors,
            Map<Integer, Long> requestsByWidth) {
        /** Of an allocation that nobody touched. */
        public static final Traffic NONE = new Traffic(0, 0, 0, 0, 0, Map.of());

        /** The traffic of two allocations together. */
        public Traffic plus(Traffic other) {
            Map<Integer, Long> widths = new TreeMap<>(requestsByWidth);
            other.requestsByWidth.forEach((width, count) -> widths.merge(width, count, Long::sum));
            return new Traffic(
                    bytesRead + other.bytesRead,
                    bytesWritten + other.bytesWritten,
                    requests + other.requests,
                    sectors + other.sectors,
                    idealSectors + other.idealSectors,
                    widths);
        }
    }

    /**
     * Use of the 32 banks of shared memory.
     *
     * @param requests loads and stores of warps
     * @param passes over the banks
     * @param idealPasses without conflicts
     */
    public record Banks(long requests, long passes, long idealPasses) {}

    /** The traffic of the allocation that this address lies in. */
    public Traffic traffic(long address) {
        return global.getOrDefault(GlobalMemory.start(address), Traffic.NONE);
    }
}
