package io.github.logitops.emulator;

import io.github.logitops.emulator.LaunchProfile.Traffic;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

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

    private final Entry entry;
    private final long[] threadSteps; // by instruction
    private final long[] warpSteps;
    private final Map<Long, Traffic> global = new HashMap<>();
    private long sharedRequests;
    private long sharedPasses;
    private long idealPasses;

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
            case SHARED -> sharedRequest(addresses, width);
            default -> {} // local memory belongs to spills, which the kernels do not have
        }
    }

    private void globalRequest(long[] addresses, int width, Direction direction) {
        long bytes = (long) addresses.length * width;
        long sectors = Arrays.stream(addresses)
                .map(address -> address / SECTOR_BYTES)
                .distinct()
                .count();
        long asked = Arrays.stream(addresses).distinct().count() * width;
        Traffic traffic = new Traffic(
                direction == Direction.STORE ? 0 : bytes,
                direction == Direction.LOAD ? 0 : bytes,
                1,
                sectors,
                (asked + SECTOR_BYTES - 1) / SECTOR_BYTES,
                Map.of(width, 1L));
        global.merge(GlobalMemory.start(addresses[0]), traffic, Traffic::plus);
    }

    /** Values of 8 and 16 bytes are served to a half and a quarter of a warp at a time. */
    private void sharedRequest(long[] addresses, int width) {
        int words = Math.max(1, width / BANK_BYTES);
        int atOnce = Warp.LANES / words;
        for (int from = 0; from < addresses.length; from += atOnce) {
            long[] touched = Arrays.stream(addresses, from, Math.min(from + atOnce, addresses.length))
                    .map(address -> address / BANK_BYTES)
                    .flatMap(first -> java.util.stream.LongStream.range(first, first + words))
                    .distinct()
                    .toArray();
            int[] inBank = new int[BANKS];
            int most = 0;
            for (long word : touched) {
                most = Math.max(most, ++inBank[(int) (word % BANKS)]);
            }
            sharedPasses += most;
            idealPasses++;
        }
        sharedRequests++;
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
        return new LaunchProfile(
                entry.name(),
                blocks,
                threads,
                Arrays.stream(threadSteps).sum(),
                byOpcode.getOrDefault("ex2.approx.ftz.f32", 0L) + byOpcode.getOrDefault("ex2.approx.f32", 0L),
                barriers,
                collectives,
                global,
                new LaunchProfile.Banks(sharedRequests, sharedPasses, idealPasses));
    }
}
