package io.github.logitops.emulator;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Copies from global to shared memory that threads of a block have under way. They take effect when the thread waits for them. */
final class AsyncCopies {
    private static final class OfThread {
        private List<Runnable> open = new ArrayList<>();
        private final Deque<List<Runnable>> committed = new ArrayDeque<>();
    }

    private final Map<Integer, OfThread> threads = new HashMap<>();

    void add(int thread, Runnable copy) {
        of(thread).open.add(copy);
    }

    /** What was added since the last time is one group. */
    void commit(int thread) {
        OfThread own = of(thread);
        own.committed.add(own.open);
        own.open = new ArrayList<>();
    }

    /** Carries out all committed groups but the last few. */
    void waitForAllBut(int thread, int groups) {
        Deque<List<Runnable>> committed = of(thread).committed;
        while (committed.size() > groups) {
            committed.poll().forEach(Runnable::run);
        }
    }

    private OfThread of(int thread) {
        return threads.computeIfAbsent(thread, t -> new OfThread());
    }
}
