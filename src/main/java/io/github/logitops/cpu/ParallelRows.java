package io.github.logitops.cpu;

import io.github.logitops.op.Problem;
import io.github.logitops.op.Rows;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Runs an op row by row on all cores. A row's result does not depend on which thread took it or on what else is in the batch.
 * The scratch of all workers is taken when this is made, so that an op that has too little writes nothing.
 */
final class ParallelRows {
    /** Elements worth handing to another thread: some tens of microseconds of exponentials. */
    private static final long GRAIN = 8192;

    private final long rows;
    private final long perTask;
    private final ScratchPool pool;
    private final List<Scratch> scratch; // one for each worker

    private final AtomicLong next = new AtomicLong(); // the first row that nobody took
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    /** Work on a row. */
    interface Work {
        void accept(long row, Scratch scratch);
    }

    /** For a problem whose rows these are. */
    static ParallelRows of(Problem problem, Rows rows, ScratchPool pool) {
        return new ParallelRows(problem.op(), rows.count(), rows.classes(), pool);
    }

    /**
     * @param op for the message
     * @throws io.github.logitops.memory.DeviceOutOfMemoryException if the heap has no room for the scratch
     */
    ParallelRows(String op, long rows, int columns, ScratchPool pool) {
        this.rows = rows;
        this.perTask = Math.max(1, GRAIN / columns);
        this.pool = pool;
        long tasks = (rows + perTask - 1) / perTask;
        int threads = ForkJoinPool.getCommonPoolParallelism() + 1; // and this one
        this.scratch = pool.take(op, (int) Math.min(tasks, threads), columns);
    }

    /**
     * Calls {@code work} once with each row's number, {@code 0 <= row < rows}, and returns when all calls have. If one fails,
     * no more rows are begun than were under way, and that failure is thrown. For one use.
     */
    void forEach(Work work) {
        scratch.parallelStream().forEach(each -> runTasks(work, each));
        pool.giveBack(scratch);
        Throwable thrown = failure.get();
        if (thrown instanceof Error) {
            throw (Error) thrown;
        } else if (thrown != null) {
            throw (RuntimeException) thrown;
        }
    }

    private void runTasks(Work work, Scratch own) {
        try {
            while (failure.get() == null) {
                long first = next.getAndAdd(perTask);
                if (first >= rows) {
                    return;
                }
                for (long row = first; row < Math.min(rows, first + perTask); row++) {
                    work.accept(row, own);
                }
            }
        } catch (RuntimeException | Error e) {
            failure.compareAndSet(null, e);
        }
    }
}
