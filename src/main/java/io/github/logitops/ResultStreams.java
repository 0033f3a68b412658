package io.github.logitops;

import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;

/** The streams that a result of an op is used on: each use comes after all before it, on whichever stream these were. */
final class ResultStreams {
    private final Tensor named;
    private Stream filled; // by the last op that filled the result; null before the first
    private Stream lastUse; // where the last work on the result was queued

    /** For a result that messages tell by one of its tensors, and that was allocated on {@code stream}. */
    ResultStreams(Tensor named, Stream stream) {
        this.named = named;
        this.lastUse = stream;
    }

    /** The stream of the last op that filled the result. Throws if none has. */
    synchronized Stream requireFilled(String call) {
        if (filled == null) {
            throw new IllegalStateException(call + ": no op has filled the result: result=" + named);
        }
        return filled;
    }

    /** Has work that is queued on {@code next} from now on come after all work on the result so far. */
    synchronized void useOn(Stream next) {
        if (lastUse != next && lastUse.isOpen()) { // a closed one has nothing left to do
            next.waitFor(lastUse);
        }
        lastUse = next;
    }

    /** Notes that an op on {@code stream} fills the result. */
    synchronized void filledOn(Stream stream) {
        filled = stream;
    }
}
