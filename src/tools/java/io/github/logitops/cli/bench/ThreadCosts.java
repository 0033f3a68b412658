package io.github.logitops.cli.bench;

import io.github.logitops.LogitOps;
import io.github.logitops.Softmax;
import io.github.logitops.base.Resources;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** What a call costs where several threads make calls on one session, each on a stream and a tensor of its own. */
final class ThreadCosts {
    private static final List<Integer> THREADS = List.of(1, 2, 4, 8);

    private final LogitOps ops;
    private final HostClock clock;

    ThreadCosts(LogitOps ops, HostClock clock) {
        this.ops = ops;
        this.clock = clock;
    }

    List<HostCost> measure() {
        return THREADS.stream().map(this::measure).toList();
    }

    private HostCost measure(int threads) {
        List<AutoCloseable> held = new ArrayList<>();
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Stream> streams = new ArrayList<>();
            List<Runnable> batches = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                streams.add(ops.newStream());
                held.add(streams.get(i));
                batches.add(batch(streams.get(i), held));
            }
            String name = "softmax.forward queued, each of " + threads + (threads == 1 ? " thread" : " threads");
            return clock.warm(
                    name, HostClock.MANY, () -> together(pool, batches), () -> streams.forEach(Stream::synchronize));
        } finally {
            pool.shutdown();
            Resources.closeAll(held);
        }
    }

    private Runnable batch(Stream stream, List<AutoCloseable> held) {
        Tensor x = ops.upload(new float[(int) HostCosts.SMALL.elements()], DType.F32, HostCosts.SMALL, stream);
        held.add(x);
        Softmax op = ops.softmax();
        stream.synchronize();
        return HostClock.times(HostClock.MANY, () -> op.forward(x, x, stream));
    }

    /** The nanoseconds that a batch takes where all begin at once: their mean. */
    private static double together(ExecutorService pool, List<Runnable> batches) {
        CountDownLatch ready = new CountDownLatch(batches.size());
        List<Callable<Double>> tasks = new ArrayList<>();
        for (Runnable batch : batches) {
            tasks.add(() -> {
                ready.countDown();
                ready.await();
                return HostClock.nanos(batch);
            });
        }
        try {
            double sum = 0;
            for (Future<Double> each : pool.invokeAll(tasks)) {
                sum += each.get();
            }
            return sum / batches.size();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("launch: interrupted", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("launch: a thread failed: cause=" + e.getCause(), e);
        }
    }
}
