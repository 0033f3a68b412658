package io.github.logitops;

import io.github.logitops.memory.DriverException;
import io.github.logitops.memory.Stream;
import io.github.logitops.op.ResultTotals;
import io.github.logitops.pool.DeviceStream;
import java.lang.ref.WeakReference;

/**
 * What the result of an op with labels tells of a batch, and, thrown once by whoever waits first, the first label that was out
 * of range. A stream has this until it is waited for, and keeps the totals with it; so that it does not keep itself from being
 * found out of reach, nothing here leads back to it.
 */
final class LabelCheck implements DeviceStream.Check {
    private final String op;
    private final ResultTotals totals;
    private final LabelRange range;

    private final Object batch = new Object(); // held from a fill to its check, and from a look to what it wipes out
    private WeakReference<ResultStreams> streams; // of the result, unless that is out of reach

    LabelCheck(String op, ResultTotals totals, LabelRange range) {
        this.op = op;
        this.totals = totals;
        this.range = range;
    }

    /** Looks come after all work on the result, on whichever stream, and later work after them. */
    void orderBy(ResultStreams newStreams) {
        streams = new WeakReference<>(newStreams);
    }

    /** Has {@code work} fill the result on {@code stream}, and this check run there afterwards. */
    void fillOn(Stream stream, Runnable work) {
        totals.keep();
        boolean added = false;
        try {
            synchronized (batch) {
                work.run();
                added = DeviceStream.of(stream).addCheck(this);
            }
        } finally {
            if (!added) {
                totals.release();
            }
        }
    }

    /** What the last op on {@code stream} left there, once its work is done and its labels were found good. */
    ResultTotals.Values await(Stream stream) {
        if (DeviceStream.of(stream).takeCheck(this)) {
            return look(stream);
        }
        return totals.read(stream);
    }

    /** Throws the first label that was out of range. */
    @Override
    public void run(Stream settled) {
        look(settled);
    }

    private ResultTotals.Values look(Stream stream) {
        synchronized (batch) {
            ResultTotals.Values found = orderedTotals(stream);
            try {
                if (found.badRow() >= 0) {
                    throwOnce(found, stream);
                }
                return found;
            } finally {
                totals.release();
            }
        }
    }

    private ResultTotals.Values orderedTotals(Stream stream) {
        boolean learnt = false;
        try {
            ResultStreams order = streams.get();
            if (order != null) {
                order.useOn(stream);
            }
            ResultTotals.Values found = totals.read(stream);
            learnt = true;
            return found;
        } finally {
            if (!learnt && !DeviceStream.of(stream).addCheck(this)) { // the next wait tries again
                totals.release();
            }
        }
    }

    private void throwOnce(ResultTotals.Values found, Stream stream) {
        IllegalArgumentException error = range.outOfRange(op, found.badRow(), found.badLabel());
        try {
            totals.forgetBadLabel(stream);
        } catch (DriverException e) {
            error.addSuppressed(e);
        }
        throw error;
    }
}
