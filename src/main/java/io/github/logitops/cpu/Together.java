package io.github.logitops.cpu;

import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** Work on all cores: the common pool's threads and the calling one. */
final class Together {
    private Together() {}

    /** How many threads there are. */
    static int threads() {
        return ForkJoinPool.getCommonPoolParallelism() + 1;
    }

    /** Calls {@code work} with each of them at the same time; returns when all calls have, and throws the first failure as it is. */
    static <T> void each(List<T> all, Consumer<T> work) {
        if (all.size() == 1) {
            work.accept(all.get(0));
            return;
        }
        AtomicReference<Throwable> failure = new AtomicReference<>();
        all.parallelStream().forEach(one -> {
            try {
                work.accept(one);
            } catch (RuntimeException | Error e) {
                failure.compareAndSet(null, e);
            }
        });
        if (failure.get() instanceof Error error) {
            throw error;
        } else if (failure.get() != null) {
            throw (RuntimeException) failure.get();
        }
    }
}
