package io.github.logitops;

import io.github.logitops.driver.DriverException;
import io.github.logitops.memory.Resources;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.ResultPart;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;

/**
 * What the result of an op with labels tells of them: how many rows counted, and, thrown once by whoever waits first, the
 * first label that was out of range. A stream has this until it is waited for; so that it does not keep itself from being
 * found out of reach, nothing here leads back to it.
 */
final class LabelCheck implements Stream.Check {
    private final String op;
    private final Tensor stats; // ResultPart.LABEL_STATS
    private final LabelRange range;

    private final Object batch = new Object(); // held from a fill to its check, and from a look to what it wipes out
    private WeakReference<ResultStreams> streams; // of the result, unless that is out of reach
    private int holders; // streams that have this check, and calls that may add it to one
    private boolean closed;

    LabelCheck(String op, Tensor stats, LabelRange range) {
        this.op = op;
        this.stats = stats;
        this.range = range;
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
            stats.close();
        }
    }

    /** {@link ResultPart#LABEL_STATS}; the stream is that of the last op, and has done its work. */
    long[] stats(Stream settled) {
        long[] values = new long[(int) stats.shape().elements()];
        stats.peek(values, settled);
        return values;
    }

    /** Closes the tensors of the result but for the counts, which stay while somebody holds them. Closing again does nothing. */
    void close(List<Tensor> ofResult) {
        List<Tensor> tensors = new ArrayList<>(ofResult);
        synchronized (this) {
            closed = true;
            if (holders > 0) { // the last one closes what it reads
                tensors.remove(stats);
            }
        }
        Resources.closeAll(tensors); // not under the lock: a check may hold others and want this one
    }

    /** Throws the first label that was out of range. */
    @Override
    public void run(Stream settled) {
        synchronized (batch) {
            long[] found = orderedStats(settled);
            try {
                if (found[1] >= 0) {
                    throwOnce(found, settled);
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
            long[] found = stats(settled);
            learnt = true;
            return found;
        } finally {
            if (!learnt && !settled.addCheck(this)) { // the next wait tries again
                release();
            }
        }
    }

    private void throwOnce(long[] found, Stream settled) {
        IllegalArgumentException error = range.outOfRange(op, found[1], found[2]);
        try {
            stats.upload(new long[] {found[0], -1, 0, found[3]}, settled);
        } catch (DriverException e) {
            error.addSuppressed(e);
        }
        throw error;
    }
}
