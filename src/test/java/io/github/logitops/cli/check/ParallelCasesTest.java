package io.github.logitops.cli.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.logitops.Backend;
import io.github.logitops.LogitOps;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ParallelCasesTest {
    private static final List<Case> CASES = CheckGrid.QUICK.cases(193);

    @Test
    void eachCaseRunsOnce() {
        Queue<Case> seen = new ConcurrentLinkedQueue<>();
        ParallelCases.forEach(CASES, seen::add);
        assertEquals(CASES.size(), seen.size());
        assertEquals(new HashSet<>(CASES), new HashSet<>(seen));
    }

    @Test
    void theLongestRunFirst() {
        List<Integer> lengths = new ArrayList<>();
        ParallelCases.forEach(CASES, each -> {
            synchronized (lengths) {
                lengths.add(each.classes());
            }
        });
        assertEquals(193, lengths.get(0));
        assertEquals(1, lengths.get(lengths.size() - 1));
    }

    /** Two cases wait for each other. On a thread of its own: on one of JUnit's pool, other tests may hold all the rest of it. */
    @Test
    void twoRunAtATime() {
        assumeTrue(ForkJoinPool.getCommonPoolParallelism() > 0
                && Runtime.getRuntime().availableProcessors() > 1);
        CountDownLatch both = new CountDownLatch(2);
        Executor newThread = task -> new Thread(task).start();
        CompletableFuture.runAsync(
                        () -> ParallelCases.forEach(CASES.subList(0, 2), each -> awaitOther(both)), newThread)
                .join();
    }

    private static void awaitOther(CountDownLatch both) {
        both.countDown();
        try {
            assertTrue(both.await(1, TimeUnit.MINUTES), "one ran alone");
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aFailureEndsTheRun() {
        AtomicInteger runs = new AtomicInteger();
        assertThrows(
                IllegalStateException.class,
                () -> ParallelCases.forEach(CASES, each -> {
                    runs.incrementAndGet();
                    throw new IllegalStateException();
                }));
        assertTrue(runs.get() <= Runtime.getRuntime().availableProcessors(), runs::toString);
    }

    @Test
    void whatIsFoundDoesNotDependOnTheOrder() {
        Verdict inOrder = new Verdict();
        Verdict parallel = new Verdict();
        try (LogitOps ops = LogitOps.open(Backend.CPU)) {
            CASES.forEach(new OracleCheck(ops, inOrder, 7)::run);
            ParallelCases.forEach(CASES, new OracleCheck(ops, parallel, 7)::run);
        }
        assertEquals(inOrder.table().toString(), parallel.table().toString());
        assertEquals(inOrder.table().values(), parallel.table().values());
        assertEquals(inOrder.failures(), parallel.failures());
    }
}
