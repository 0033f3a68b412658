package io.github.logitops.emulator;

import io.github.logitops.driver.KernelArguments;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** A launch. Its blocks may run in any order and at the same time: they know nothing of each other. */
final class Grid {
    private final Entry entry;
    private final int blocks;
    private final int threads;
    private final long[] arguments;
    private final GlobalMemory memory;

    Grid(Entry entry, int blocks, int threads, KernelArguments kernelArguments, GlobalMemory memory) {
        entry.require(kernelArguments, threads);
        this.entry = entry;
        this.blocks = blocks;
        this.threads = threads;
        this.arguments = IntStream.range(0, kernelArguments.count())
                .mapToLong(kernelArguments::bits)
                .toArray();
        this.memory = memory;
    }

    Entry entry() {
        return entry;
    }

    int blocks() {
        return blocks;
    }

    int threads() {
        return threads;
    }

    long argument(int index) {
        return arguments[index];
    }

    GlobalMemory memory() {
        return memory;
    }

    void run() {
        int workers = Math.min(blocks, Runtime.getRuntime().availableProcessors());
        AtomicInteger next = new AtomicInteger();
        IntStream.range(0, workers).parallel().forEach(worker -> {
            Block block = new Block(this);
            for (int index = next.getAndIncrement(); index < blocks && index >= 0; index = next.getAndIncrement()) {
                block.run(index);
            }
        });
    }
}
