package io.github.logitops.driver.jcuda;

import io.github.logitops.driver.Launch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The blocks that launches take turns with: as many as there were ever launches at the same time. One for each thread would
 * stay behind when the thread ends.
 */
final class LaunchBlocks {
    private final PrimaryContext context;
    private final AtomicReference<LaunchBlock> next =
            new AtomicReference<>(); // where one thread launches, all there is
    private final ArrayDeque<LaunchBlock> free = new ArrayDeque<>(); // the others; it is its own lock

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
            List<LaunchBlock> blocks = new ArrayList<>(free);
            free.clear();
            LaunchBlock last = next.getAndSet(null);
            if (last != null) {
                blocks.add(last);
            }
            return blocks;
        }
    }

    private LaunchBlock take() {
        LaunchBlock block = next.getAndSet(null);
        if (block == null) {
            synchronized (free) {
                block = free.poll();
            }
        }
        return block == null ? new LaunchBlock(context) : block;
    }

    private void giveBack(LaunchBlock block) {
        if (!next.compareAndSet(null, block)) {
            synchronized (free) {
                free.push(block);
            }
        }
    }
}
