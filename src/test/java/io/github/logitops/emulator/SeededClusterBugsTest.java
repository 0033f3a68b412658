package io.github.logitops.emulator;

import java.util.Map;

/** Mistakes of blocks that form clusters: two clusters of four. */
class SeededClusterBugsTest extends SeededKernelsTest {
    private static final String TOO_EARLY =
            "shared load of uninitialised memory|race: shared load: .* pushed by thread \\d+ of block \\d with no wait";

    private static final String NOT_THERE_YET = "use of an mbarrier that is not initialised|race: use of an mbarrier";

    private static final Map<String, String> REPORTS = Map.ofEntries(
            Map.entry("no_wait", TOO_EARLY),
            Map.entry("wrong_parity", TOO_EARLY),
            Map.entry(
                    "expects_more",
                    "wait that cannot end for an mbarrier: phase=0, missing arrivals=0, missing bytes=4"),
            Map.entry("expects_less", TOO_EARLY + "|st.async counts for another phase"),
            Map.entry(
                    "no_arrival",
                    "wait that cannot end for an mbarrier: phase=0, missing arrivals=1, missing bytes=-32"),
            Map.entry("second_arrival", "arrival at an mbarrier"),
            Map.entry("no_cluster_barrier", NOT_THERE_YET + "|st.async with no wait for the cluster's barrier"),
            Map.entry("no_fence", "race: use of an mbarrier"),
            Map.entry("pushes_before_the_wait", NOT_THERE_YET + "|st.async with no wait for the cluster's barrier"),
            Map.entry("leaves_early", "exit of a block with|st.async to a block that has exited"),
            Map.entry("slot_too_far", "st.async out of bounds"),
            Map.entry("rank_too_far", "mapa with a rank beyond the cluster: rank=4, blocks=4"),
            Map.entry("one_buffer", "race: st.async"),
            Map.entry("one_mbarrier", TOO_EARLY + "|st.async counts for another phase"),
            Map.entry("initialises_late", NOT_THERE_YET),
            Map.entry("slow_reader", "race: st.async: .* read by warp 1 of block"),
            Map.entry("barrier_of_a_few", "barrier of the cluster that only 224 of 256 threads reach"),
            Map.entry("arrives_twice", "second arrival at the cluster's barrier"),
            Map.entry("waits_without_an_arrival", "wait for the cluster's barrier with no arrival"),
            Map.entry("exits_without_a_wait", "exit with no wait for the cluster's barrier"),
            Map.entry("lanes_arrive_apart", "collective that not all of its members reach"),
            Map.entry("relaxed_orders_nothing", "race: shared load: .* written by thread"),
            Map.entry("pull_of_what_is_not_ordered", "race: shared load: .* written by thread \\d+ of block"),
            Map.entry(
                    "pull_from_an_exited_block",
                    "cluster load to a block that has exited|exit of a block with no barrier"),
            Map.entry("pull_before_the_block_runs", "cluster load with no wait for the cluster's barrier"),
            Map.entry("plain_load_from_another_block", "shared load of another block's memory"),
            Map.entry("push_orders_itself_alone", "race: global load"));

    SeededClusterBugsTest() {
        super("seeded_cluster_bugs", 90, 8, REPORTS);
    }
}
