package io.github.logitops;

import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.ResultTotals;

/** The streams that a result of an op is used on: each use comes after all before it, on whichever stream these were. */
final class ResultStreams {
    private final Tensor named;
    private final LabelCheck labels; // null: the op has none
    private volatile Stream filled; // by the last op that filled the result; null before the first
    private Stream lastUse; // where the last work on the result was queued

    /** For a result that messages tell by one of its tensors, and that was allocated on {@code stream}. */
    ResultStreams(Tensor named, LabelCheck labels, Stream stream) {
        this.named = named;
        this.labels = labels;
        this.lastUse = stream;
        if (labels != null) {
            labels.orderBy(this);
        }
    }

    /** The stream of the last op that filled the result. Throws if none has. */
    Stream requireFilled(String call) {
        Stream last = filled;
        if (last == null) {
            throw new IllegalStateException(call + ": no op has filled the result: result=" + named);
        }
        return last;
    }

    /** Has work that is queued on {@code next} from now on come after all work on the result so far. */
    synchronized void useOn(Stream next) {
        if (!lastUse.equals(next)) {
            next.waitFor(lastUse);
        }
        lastUse = next;
    }

    /** From a call on {@code stream}: has {@code work} fill the result there, after all work on it so far, and labels looked at. */
    void fillOn(Stream stream, Runnable work) {
        Runnable ordered = () -> {
            useOn(stream);
            work.run();
        };
        if (labels == null) {
            ordered.run();
        } else {
            labels.fillOn(stream, ordered);
        }
        filled = stream;
    }

    /** Says that a replay on {@code stream} filled the result. */
    void replayed(Stream stream) {
        stream.during(() -> fillOn(stream, () -> {}));
    }

    /** What the last op left in {@code totals}, once its work is done and its labels, if there are any, were found good. */
    ResultTotals.Values await(String call, ResultTotals totals) {
        Stream last = requireFilled(call);
        return last.during(() -> {
            totals.requireOpen();
            return labels == null ? totals.read(last) : labels.await(last);
        });
    }
}
