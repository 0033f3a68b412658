package io.github.logitops.emulator;

import java.util.Map;

/** Mistakes in kernels without clusters. */
class SeededBugsTest extends SeededKernelsTest {
    private static final int BLOCKS = 2;
    private static final int ODD_LENGTH = 126;

    private static final Map<String, String> REPORTS = Map.ofEntries(
            Map.entry("one_too_far", "global load out of bounds"),
            Map.entry("tail_of_a_vector", "global load out of bounds"),
            Map.entry("misaligned_vector", "misaligned global load"),
            Map.entry("ignored_label_as_index", "global load out of bounds"),
            Map.entry("offset_in_32_bits", "global load out of bounds"),
            Map.entry("shared_too_small", "shared store out of bounds"),
            Map.entry("uninitialised_shared", "shared load of uninitialised memory"),
            Map.entry("uninitialised_global", "global load of uninitialised memory"),
            Map.entry("uninitialised_local", "local load of uninitialised memory"),
            Map.entry("output_not_written", "copy to the host of uninitialised memory: .* byte=68 of 512"),
            Map.entry("read_before_the_write", "race: shared (load|store)|shared load of uninitialised memory"),
            Map.entry("write_before_the_read", "race: shared (load|store)"),
            Map.entry("two_writers", "race: shared store"),
            Map.entry("no_sync_in_a_warp", "race: shared (load|store)|shared load of uninitialised memory"),
            Map.entry("in_place_without_a_barrier", "race: global (load|store)"),
            Map.entry("barrier_of_a_few", "barrier that only 40 of 64 threads reach|threads of a block at different"),
            Map.entry("barrier_after_an_exit", "barrier that only 63 of 64 threads reach"),
            Map.entry("two_barriers_for_one", "threads of a block at different barriers"),
            Map.entry("shuffle_after_an_exit", "collective with members that have exited|collective that not all"),
            Map.entry("shuffle_that_some_miss", "collective that not all|collective with members that have exited"),
            Map.entry("shuffle_without_its_mask", "collective by a lane that is not among its members"),
            Map.entry("shuffle_from_outside", "shuffle from a lane that is not there"),
            Map.entry("copy_without_a_wait", "shared load of uninitialised memory"),
            Map.entry("copy_without_a_barrier", "race: shared (load|store)|shared load of uninitialised memory"),
            Map.entry("two_blocks_one_word", "race: global store"),
            Map.entry("last_block_without_a_fence", "race: global load"));

    SeededBugsTest() {
        super("seeded_bugs", 80, BLOCKS, REPORTS);
    }

    @Override
    int elements(String entry) {
        return entry.endsWith("tail_of_a_vector") ? ODD_LENGTH : super.elements(entry);
    }

    @Override
    int blocks(String entry) {
        return entry.contains("one_too_far") ? BLOCKS + 1 : BLOCKS;
    }
}
