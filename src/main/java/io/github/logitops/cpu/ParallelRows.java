package io.github.logitops.cpu;

import java.util.function.LongConsumer;
import java.util.stream.LongStream;

/**
 * Runs work row by row on all cores. A row's result does not depend on which thread took it or on what else is in the batch.
 */
final class ParallelRows {
    /** Elements worth handing to another thread: some tens of microseconds of exponentials. */
    private static final long GRAIN = 8192;

    private ParallelRows() {}

    /** Calls {@code work} once with each row's number, {@code 0 <= row < rows}, and returns when all calls have. */
    static void forEach(long rows, long elementsPerRow, LongConsumer work) {
        long perTask = Math.max(1, GRAIN / elementsPerRow);
        long tasks = (rows + perTask - 1) / perTask;
        if (tasks <= 1) {
            runRange(0, rows, work);
        } else {
            LongStream.range(0, tasks)
                    .parallel()
                    .forEach(task -> runRange(task * perTask, Math.min(rows, (task + 1) * perTask), work));
        }
    }

    private static void runRange(long from, long to, LongConsumer work) {
        for (long row = from; row < to; row++) {
            work.accept(row);
        }
    }
}
