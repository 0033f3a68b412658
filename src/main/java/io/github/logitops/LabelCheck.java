package io.github.logitops;

import io.github.logitops.driver.DriverException;
import io.github.logitops.memory.Resources;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.LabelCounts;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * What the result of an op with labels tells of them: how many rows counted, and, thrown once by whoever waits first, the
 * first label that was out of range. A stream has this until it is waited for; so that it does not keep itself from being
 * found out of reach, nothing here leads back to it.
 */
final class LabelCheck implements Stream.Check {
    private final String op;
    private final LabelCounts counts;
    private final long classes;
    private final OptionalLong ignoreIndex;

    private final Object batch = new Object(); // held from a fill to its check, and from a look to what it wipes out
    private WeakReference<ResultStreams> streams; // of the result, unless that is out of reach
    private int holders; // streams that have this check, and calls that may add it to one
    private boolean closed;

    LabelCheck(String op, LabelCounts counts, long classes, OptionalLong ignoreIndex) {
        this.op = op;
        this.counts = counts;
        this.classes = classes;
        this.ignoreIndex = ignoreIndex;
    }

    /** Looks come after all work on the result, on whichever stream, and later work after them. */
    void orderBy(ResultStreams newStreams) {
        streams = new WeakReference<>(newStreams);
    }

    /** Has {@code work} fill the result on {@code stream}, and this check run there afterwards. */
    void fillOn(Stream stream, Runnable work) {
        hold();
        boolean added = false;
        try {
            synchronized (batch) {
                work.run();
                added = stream.addCheck(this);
            }
        } finally {
            if (!added) {
                release();
            }
        }
    }

    LabelCounts counts() {
        return counts;
    }

    /** Refuses ops with other classes or another ignored label than messages would name later. */
    void requireMadeFor(String call, long opClasses, OptionalLong opIgnoreIndex) {
        if (classes != opClasses || !ignoreIndex.equals(opIgnoreIndex)) {
            throw new IllegalArgumentException(
                    call + ": the result was made for other labels: made for classes=" + classes + ", ignoreIndex="
                            + text(ignoreIndex) + ", used with classes=" + opClasses + ", ignoreIndex="
                            + text(opIgnoreIndex));
        }
    }

    /** Keeps the counts, whoever closes the result, until a {@link #release}. */
    synchronized void hold() {
        holders++;
    }

    void release() {
        boolean last;
        synchronized (this) {
            last = --holders == 0 && closed;
        }
        if (last) {
            counts.stats().close();
        }
    }

    /** The number of rows that counted; the stream is that of the last op, and has done its work. */
    long countedRows(Stream settled) {
        return stats(settled)[0];
    }

    /** {@link LabelCounts#stats}, likewise. */
    long[] stats(Stream settled) {
        long[] stats = new long[LabelCounts.STATS];
        counts.stats().peek(stats, settled);
        return stats;
    }

    /** Closes these tensors and the counts, which stay while somebody holds them. Closing again does nothing. */
    void close(List<Tensor> others) {
        List<Tensor> tensors = new ArrayList<>(others);
        tensors.add(counts.divisors());
        synchronized (this) {
            closed = true;
            if (holders == 0) { // else the last one closes what it reads
                tensors.add(counts.stats());
            }
        }
        Resources.closeAll(tensors); // not under the lock: a check may hold others and want this one
    }

    /** Throws the first label that was out of range. */
    @Override
    public void run(Stream settled) {
        synchronized (batch) {
            long[] stats = orderedStats(settled);
            try {
                if (stats[1] >= 0) {
                    throwOnce(stats, settled);
                }
            } finally {
                release();
            }
        }
    }

    private long[] orderedStats(Stream settled) {
        boolean learnt = false;
        try {
            ResultStreams order = streams.get();
            if (order != null) {
                order.useOn(settled);
            }
            long[] stats = stats(settled);
            learnt = true;
            return stats;
        } finally {
            if (!learnt && !settled.addCheck(this)) { // the next wait tries again
                release();
            }
        }
    }

    private void throwOnce(long[] stats, Stream settled) {
        IllegalArgumentException error = outOfRange(op, stats[1], stats[2], classes, ignoreIndex);
        try {
            counts.stats().upload(new long[] {stats[0], -1, 0, stats[3]}, settled);
        } catch (DriverException e) {
            error.addSuppressed(e);
        }
        throw error;
    }

    /** Looks at labels that are on the host, before anything runs. */
    static void requireInRange(String op, int[] labels, long classes, OptionalLong ignoreIndex) {
        for (int row = 0; row < labels.length; row++) {
            boolean ignored = ignoreIndex.isPresent() && ignoreIndex.getAsLong() == labels[row];
            if ((labels[row] < 0 || labels[row] >= classes) && !ignored) {
                throw outOfRange(op, row, labels[row], classes, ignoreIndex);
            }
        }
    }

    private static IllegalArgumentException outOfRange(
            String op, long row, long label, long classes, OptionalLong ignoreIndex) {
        return new IllegalArgumentException(op + ": label out of range: row=" + row + ", label=" + label + ", classes="
                + classes + ", ignoreIndex=" + text(ignoreIndex));
    }

    private static String text(OptionalLong ignoreIndex) {
        return ignoreIndex.isPresent() ? Long.toString(ignoreIndex.getAsLong()) : "none";
    }
}
