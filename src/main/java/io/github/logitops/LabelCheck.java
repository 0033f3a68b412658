package io.github.logitops;

import io.github.logitops.driver.DriverException;
import io.github.logitops.memory.Resources;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.LabelCounts;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * What the result of an op with labels tells of them: how many rows counted, and, thrown once by whoever waits first, the
 * first label that was out of range.
 */
final class LabelCheck {
    private final String op;
    private final ResultStreams streams;
    private final LabelCounts counts;
    private final long classes;
    private final OptionalLong ignoreIndex;
    private final Stream.Check check = this::throwLabelOutOfRange;

    private int checksDue; // streams that our check waits on
    private boolean closed;

    /** For a result that messages tell by one of its tensors, and whose counts were allocated on {@code stream}. */
    LabelCheck(String op, Tensor result, LabelCounts counts, long classes, OptionalLong ignoreIndex, Stream stream) {
        this.op = op;
        this.streams = new ResultStreams(result, stream);
        this.counts = counts;
        this.classes = classes;
        this.ignoreIndex = ignoreIndex;
    }

    ResultStreams streams() {
        return streams;
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

    /** Notes that an op on {@code newStream} fills the result. */
    synchronized void filledOn(Stream newStream) {
        streams.filledOn(newStream);
        if (newStream.addCheck(check)) {
            checksDue++;
        }
    }

    /** The stream of the last op, once its work is done and its labels were found good. */
    Stream settled() {
        Stream last = streams.requireFilled(op);
        last.settle(check);
        return last;
    }

    /** The number of rows that counted, after {@link #settled}. */
    long countedRows() {
        return stats()[0];
    }

    /** {@link LabelCounts#stats}, after {@link #settled}. */
    long[] stats() {
        long[] stats = new long[LabelCounts.STATS];
        counts.stats().peek(stats, settled());
        return stats;
    }

    /** Closes these tensors and the counts, which stay while a check of them is due. Closing again does nothing. */
    void close(List<Tensor> others) {
        List<Tensor> tensors = new ArrayList<>(others);
        tensors.add(counts.divisors());
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            if (checksDue == 0) { // else the check closes what it reads
                tensors.add(counts.stats());
            }
        }
        Resources.closeAll(tensors); // not under the lock: a check may hold others and want this one
    }

    private void throwLabelOutOfRange(Stream settled) {
        Tensor stats = counts.stats();
        long[] values = new long[LabelCounts.STATS];
        try {
            stats.peek(values, settled);
        } catch (DriverException e) { // nothing was learnt: the next wait tries again
            settled.addCheck(check);
            throw e;
        }
        IllegalArgumentException error = null;
        if (values[1] >= 0) {
            error = outOfRange(op, values[1], values[2], classes, ignoreIndex);
            try {
                stats.upload(new long[] {values[0], -1, 0, values[3]}, settled); // thrown once
            } catch (DriverException e) {
                error.addSuppressed(e);
            }
        }
        boolean last;
        synchronized (this) {
            last = --checksDue == 0 && closed;
        }
        if (last) {
            stats.close();
        }
        if (error != null) {
            throw error;
        }
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
