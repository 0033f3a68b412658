package io.github.logitops.lifecycle;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.github.logitops.Backend;
import io.github.logitops.LogitOps;
import io.github.logitops.pool.DeviceMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.slf4j.LoggerFactory;

/**
 * Threads that make calls of all kinds on shared sessions, which are closed under them, as are streams and tensors. A program
 * of its own, as it may bring the virtual machine down: {@code CloseStress <backend> <seconds> <seed>}. Ends with the words
 * {@code survived}, and with exit code 0; else says what went wrong.
 */
final class CloseStress {
    private static final int THREADS = 8;
    private static final Pattern REFUSAL =
            Pattern.compile("(tensor|stream|session): (used after close|closed while in use): .*closedAt=.*");

    private final Backend backend;
    private final long end;
    private final AtomicReference<StressSession> current = new AtomicReference<>();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final AtomicLong calls = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong sessions = new AtomicLong();

    private CloseStress(Backend backend, long seconds) {
        this.backend = backend;
        this.end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    }

    public static void main(String[] arguments) throws InterruptedException {
        ((Logger) LoggerFactory.getLogger(DeviceMemory.class)).setLevel(Level.OFF); // it leaks on purpose
        long seed = Long.parseLong(arguments[2]);
        CloseStress stress = new CloseStress(Backend.valueOf(arguments[0]), Long.parseLong(arguments[1]));
        if (!stress.run(seed)) {
            System.exit(1);
        }
        stress.exitWithinCalls(seed);
    }

    private boolean run(long seed) throws InterruptedException {
        current.set(open());
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            Random random = new Random(seed + i);
            threads.add(new Thread(() -> work(random), "caller-" + i));
        }
        threads.add(new Thread(() -> closeSessions(new Random(seed + THREADS)), "closer"));
        threads.forEach(Thread::start);
        long patience = end + TimeUnit.SECONDS.toNanos(20);
        for (Thread thread : threads) {
            thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(patience - System.nanoTime())));
            if (thread.isAlive()) {
                return hangs(thread);
            }
        }
        current.get().ops.close();
        if (failure.get() != null) {
            failure.get().printStackTrace(System.out);
            return false;
        }
        System.out.println("survived: calls=" + calls + ", refused=" + refused + ", sessions=" + sessions);
        return calls.get() > 100 && refused.get() > 10 && sessions.get() > 3;
    }

    /** Ends the virtual machine with exit code 0 while threads make calls on a session that a shutdown hook closes. */
    private void exitWithinCalls(long seed) throws InterruptedException {
        StressSession last = open();
        CountDownLatch begun = new CountDownLatch(THREADS);
        for (int i = 0; i < THREADS; i++) {
            Random random = new Random(seed + i);
            Thread thread = new Thread(() -> {
                while (failure.get() == null) {
                    attempt(() -> StressCalls.ALL
                            .get(random.nextInt(StressCalls.ALL.size()))
                            .run(last, random));
                    begun.countDown();
                }
            });
            thread.setDaemon(true);
            thread.start();
        }
        begun.await();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            last.ops.close();
            if (failure.get() != null) {
                failure.get().printStackTrace(System.out);
                Runtime.getRuntime().halt(1);
            }
        }));
        System.exit(0);
    }

    private static boolean hangs(Thread stuck) {
        System.out.println("hangs: " + stuck.getName());
        Thread.getAllStackTraces().forEach((thread, trace) -> {
            System.out.println(thread);
            List.of(trace).forEach(frame -> System.out.println("    " + frame));
        });
        return false;
    }

    private StressSession open() {
        sessions.incrementAndGet();
        return new StressSession(LogitOps.open(backend));
    }

    private boolean goesOn() {
        return System.nanoTime() < end && failure.get() == null;
    }

    private void work(Random random) {
        while (goesOn()) {
            StressCalls.Call call = StressCalls.ALL.get(random.nextInt(StressCalls.ALL.size()));
            attempt(() -> call.run(current.get(), random));
        }
    }

    /** Closes sessions while they are in use, from two threads at a time now and then; or drops them. */
    private void closeSessions(Random random) {
        while (goesOn()) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(100)));
            StressSession old = current.getAndSet(open());
            if (random.nextInt(4) == 0) {
                Thread other = new Thread(() -> attempt(() -> old.closeAll(new Random(0))));
                other.start();
                attempt(() -> old.closeAll(random));
                attempt(() -> join(other));
            } else if (random.nextInt(4) > 0) {
                attempt(() -> old.closeAll(random));
            }
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void attempt(Runnable call) {
        try {
            call.run();
            calls.incrementAndGet();
        } catch (IllegalStateException e) {
            if (REFUSAL.matcher(String.valueOf(e.getMessage())).matches()) {
                refused.incrementAndGet();
            } else {
                failure.compareAndSet(null, e);
            }
        } catch (Throwable e) {
            failure.compareAndSet(null, e);
        }
    }
}
