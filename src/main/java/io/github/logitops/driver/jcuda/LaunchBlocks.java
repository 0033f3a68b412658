package io.github.logitops.driver.jcuda;

import io.github.logitops.driver.Launch;
import java.util.ArrayDeque;
import java.util.List;

/**
 * The blocks that launches take turns with: as many as there were ever launches at the same time. One for each thread would
 * stay behind when the thread ends.
 */
final class LaunchBlocks {
    private final PrimaryContext context;
    private final ArrayDeque<LaunchBlock> free = new ArrayDeque<>();

    LaunchBlocks(PrimaryContext context) {
        this.context = context;
    }

    void launch(Launch launch, int times, long stream) {
        LaunchBlock block = take();
        try {
            block.launch(launch, times, stream);
        } finally {
            giveBack(block);
        }
    }

    /** Takes all blocks out, for the caller to close. */
    List<LaunchBlock> drain() {
        synchronized (free) {
            List<LaunchBlock> blocks = List.copyOf(free);
            free.clear();
            return blocks;
        }
    }

    private LaunchBlock take() {
        synchronized (free) {
            LaunchBlock block = free.poll();
            if (block != null) {
                return block;
            }
        }
        return new LaunchBlock(context);
    }

    private void giveBack(LaunchBlock block) {
        synchronized (free) {
            free.push(block);
        }
    }
}
