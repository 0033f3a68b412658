package io.github.logitops.emulator;

import io.github.logitops.emulator.LaunchProfile.Traffic;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** Counts what a launch does, for its {@link LaunchProfile}. */
final class Counters {
    private static final int SECTOR_BYTES = 32;
    private static final int BANKS = 32;
    private static final int BANK_BYTES = 4;

    /** What a request asks of memory. */
    enum Direction {
        LOAD,
        STORE,
        ATOMIC
    }

    private static final class Totals {
        private long bytesRead;
        private long bytesWritten;
        private long requests;
        private long sectors;
        private long idealSectors;
        private final Map<Integer, Long> requestsByWidth = new TreeMap<>();

        Traffic traffic() {
            return new Traffic(bytesRead, bytesWritten, requests, sectors, idealSectors, requestsByWidth);
        }
    }

    private final Entry entry;
    private final long[] threadSteps; // by instruction
    private final long[] warpSteps;
    private final Map<Long, Totals> global = new HashMap<>();
    private long sharedRequests;
    private long sharedPasses;
    private long idealPasses;
    private long pushedBytes;

    Counters(Entry entry) {
        this.entry = entry;
        threadSteps = new long[entry.code().length];
        warpSteps = new long[entry.code().length];
    }

    void step(int pc, int lanes) {
        threadSteps[pc] += Integer.bitCount(lanes);
        warpSteps[pc]++;
    }

    /** A load, store or atomic operation of these lanes, whose registers are given. */
    void request(MemorySteps.Access access, Direction direction, long[] registers, int lanes) {
        int width = access.count() * access.bytes();
        long[] addresses = new long[Integer.bitCount(lanes)];
        int n = 0;
        for (int m = lanes; m != 0; m &= m - 1) {
            int i = Integer.numberOfTrailingZeros(m);
            addresses[n++] = registers[access.address().slot() * Warp.LANES + i]
                    + access.address().offset();
        }
        switch (access.space()) {
            case GLOBAL -> globalRequest(addresses, width, direction);
            case SHARED, CLUSTER -> sharedRequest(addresses, width);
            default -> {} // local memory belongs to spills, which the kernels do not have
        }
    }

    private void globalRequest(long[] addresses, int width, Direction direction) {
        long bytes = (long) addresses.length * width;
        Arrays.sort(addresses);
        int sectors = 0;
        int asked = 0;
        for (int i = 0; i < addresses.length; i++) { // each lies in one sector, as it is aligned
            boolean first = i == 0;
            asked += first || addresses[i] != addresses[i - 1] ? width : 0;
            sectors += first || addresses[i] / SECTOR_BYTES != addresses[i - 1] / SECTOR_BYTES ? 1 : 0;
        }
        Totals totals = global.computeIfAbsent(GlobalMemory.start(addresses[0]), start -> new Totals());
        totals.bytesRead += direction == Direction.STORE ? 0 : bytes;
        totals.bytesWritten += direction == Direction.LOAD ? 0 : bytes;
        totals.requests++;
        totals.sectors += sectors;
        totals.idealSectors += (asked + SECTOR_BYTES - 1) / SECTOR_BYTES;
        totals.requestsByWidth.merge(width, 1L, Long::sum);
    }

    /** Values of 8 and 16 bytes are served to a half and a quarter of a warp at a time; one word for several is one. */
    private void sharedRequest(long[] addresses, int width) {
        int words = Math.max(1, width / BANK_BYTES);
        int atOnce = Warp.LANES / words;
        for (int from = 0; from < addresses.length; from += atOnce) {
            long[] served = Arrays.copyOfRange(addresses, from, Math.min(from + atOnce, addresses.length));
            Arrays.sort(served);
            int[] inBank = new int[BANKS];
            int most = 0;
            for (int i = 0; i < served.length; i++) {
                long word = served[i] / BANK_BYTES;
                for (int k = 0; k < words && (i == 0 || word != served[i - 1] / BANK_BYTES); k++) {
                    most = Math.max(most, ++inBank[(int) ((word + k) % BANKS)]);
                }
            }
            sharedPasses += most;
            idealPasses++;
        }
        sharedRequests++;
    }

    /** Bytes of st.async, which are on their way to some block's shared memory. */
    void push(int bytes) {
        pushedBytes += bytes;
    }

    LaunchProfile profile(int blocks, int threads) {
        Map<String, Long> byOpcode = new HashMap<>();
        long collectives = 0;
        long barriers = 0;
        for (int pc = 0; pc < threadSteps.length; pc++) {
            Instruction instruction = entry.code()[pc];
            byOpcode.merge(instruction.statement().opcode(), threadSteps[pc], Long::sum);
            collectives += instruction.kind() == Instruction.Kind.COLLECTIVE ? warpSteps[pc] : 0;
            barriers += instruction.kind() == Instruction.Kind.BARRIER ? threadSteps[pc] / threads : 0;
        }
        Map<Long, Traffic> traffic = new TreeMap<>();
        global.forEach((start, totals) -> traffic.put(start, totals.traffic()));
        return new LaunchProfile(
                entry.name(),
                blocks,
                threads,
                Arrays.stream(threadSteps).sum(),
                byOpcode.getOrDefault("ex2.approx.ftz.f32", 0L) + byOpcode.getOrDefault("ex2.approx.f32", 0L),
                barriers,
                collectives,
                traffic,
                new LaunchProfile.Banks(sharedRequests, sharedPasses, idealPasses),
                pushedBytes);
    }
}
