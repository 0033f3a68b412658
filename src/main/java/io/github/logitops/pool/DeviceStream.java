package io.github.logitops.pool;

import io.github.logitops.base.Arguments;
import io.github.logitops.memory.Stream;
import java.lang.ref.Reference;
import java.util.function.Supplier;

/** A stream of a session: a handle of its {@link WorkQueue}. */
public final class DeviceStream implements Stream {
    private final WorkQueue queue;

    /** What an op wants looked at once its work is done. */
    @FunctionalInterface
    public interface Check {
        /** Throws what the device found. The stream's work is done when it is called. */
        void run(Stream stream);
    }

    DeviceStream(WorkQueue queue) {
        this.queue = queue;
    }

    /**
     * What a session made of it.
     *
     * @throws IllegalArgumentException if none made this stream
     */
    public static DeviceStream of(Stream stream) {
        if (stream instanceof DeviceStream made) {
            return made;
        }
        throw new IllegalArgumentException("stream: no session made it: stream=" + stream);
    }

    @Override
    public long handle() {
        queue.requireOpen();
        return queue.handle;
    }

    @Override
    public void synchronize() {
        during(() -> {
            queue.requireNotCapturing("synchronize");
            queue.synchronize();
            queue.runChecks();
        });
    }

    @Override
    public void waitFor(Stream other) {
        if (equals(Arguments.notNull("waitFor", "other", other))) {
            return; // in order anyway
        }
        if (!memory().made(other)) {
            throw new IllegalArgumentException(
                    "waitFor: streams must come from one session: stream=" + this + ", other=" + other);
        }
        during(() -> of(other).queue.orderBefore(queue));
    }

    @Override
    public void during(Runnable call) {
        Arguments.notNull("during", "call", call);
        queue.begin();
        try {
            call.run();
        } finally {
            queue.end();
        }
    }

    @Override
    public boolean isCapturing() {
        queue.begin();
        try {
            return queue.isCapturing();
        } finally {
            queue.end();
        }
    }

    @Override
    public <R> R during(Supplier<R> call) {
        Arguments.notNull("during", "call", call);
        queue.begin();
        try {
            return call.get();
        } finally {
            queue.end();
        }
    }

    /**
     * Has {@code check} run after the next wait on this stream.
     *
     * @return whether it was added: one that already waits its turn stays as it is
     */
    public boolean addCheck(Check check) {
        queue.requireOpen();
        return queue.addCheck(Arguments.notNull("addCheck", "check", check));
    }

    /**
     * Takes out a check, for a caller who waits for this stream's work next and then looks himself.
     *
     * @return whether it waited its turn
     * @throws IllegalStateException if the stream is captured, which nobody can wait for, or closed
     */
    public boolean takeCheck(Check check) {
        Arguments.notNull("takeCheck", "check", check);
        queue.begin();
        try {
            queue.requireNotCapturing("await");
            return queue.removeCheck(check);
        } finally {
            queue.end();
        }
    }

    @Override
    public void close() {
        try {
            memory().close(queue);
        } finally {
            Reference.reachabilityFence(this); // else it may count as dropped
        }
    }

    @Override
    public boolean isOpen() {
        return queue.isOpen();
    }

    @Override
    public void requireOpen() {
        queue.requireOpen();
    }

    DeviceMemory memory() {
        return queue.memory;
    }

    WorkQueue queue() {
        return queue;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DeviceStream that && that.queue == queue;
    }

    @Override
    public int hashCode() {
        return queue.hashCode();
    }

    @Override
    public String toString() {
        return queue.toString();
    }
}
