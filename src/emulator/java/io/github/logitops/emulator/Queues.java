package io.github.logitops.emulator;

import io.github.logitops.memory.DriverException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/**
 * Work queued on streams. An adversary of hasty hosts: nothing runs before somebody waits, and then in any order that streams
 * and events allow, also work that nobody waits for yet.
 */
final class Queues {
    /** CUDA's legacy default stream, which waits for all others and they for it. */
    static final long DEFAULT_STREAM = 0;

    private static final int MOST_AT_A_GLANCE = 3;

    /** A point in a stream. */
    private static final class Mark {
        boolean reached;
    }

    private record Item(long number, Runnable work, Mark awaited) {
        boolean isHeldUp() {
            return awaited != null && !awaited.reached;
        }
    }

    private final Random random;
    private final Map<Long, Deque<Item>> streams = new TreeMap<>(); // in an order that does not change from run to run
    private final Map<Long, Mark> events = new HashMap<>(); // the last mark of each that was recorded
    private long queued;

    Queues(Random random) {
        this.random = random;
        streams.put(DEFAULT_STREAM, new ArrayDeque<>());
    }

    synchronized void create(long stream) {
        streams.put(stream, new ArrayDeque<>());
    }

    synchronized void destroy(long stream) {
        if (!queue(stream).isEmpty()) {
            throw new DriverException("emulator: a stream was destroyed before its work was done: stream=" + stream);
        }
        streams.remove(stream);
    }

    synchronized boolean isStream(long stream) {
        return streams.containsKey(stream);
    }

    synchronized void add(long stream, Runnable work) {
        queue(stream).add(new Item(queued++, work, null));
    }

    synchronized void record(long event, long stream) {
        Mark mark = new Mark();
        queue(stream).add(new Item(queued++, () -> mark.reached = true, null));
        events.put(event, mark);
    }

    synchronized void waitFor(long stream, long event) {
        queue(stream).add(new Item(queued++, () -> {}, events.get(event)));
    }

    synchronized void forget(long event) {
        events.remove(event);
    }

    /** Lets a little time pass, then says. */
    synchronized boolean isComplete(long event) {
        for (int i = random.nextInt(MOST_AT_A_GLANCE + 1); i > 0 && runAny(); i--) {}
        return isReached(event);
    }

    synchronized void await(long event) {
        runUntil(() -> isReached(event));
    }

    synchronized void synchronize(long stream) {
        Deque<Item> queue = queue(stream);
        runUntil(queue::isEmpty);
    }

    /** Fails if the device is given back while there is work. */
    synchronized void requireDone() {
        if (streams.values().stream().anyMatch(queue -> !queue.isEmpty())) {
            throw new DriverException("emulator: closed before its work was done");
        }
    }

    private boolean isReached(long event) {
        Mark mark = events.get(event);
        return mark == null || mark.reached;
    }

    private Deque<Item> queue(long stream) {
        Deque<Item> queue = streams.get(stream);
        if (queue == null) {
            throw new DriverException("emulator: not a stream: stream=" + stream);
        }
        return queue;
    }

    private void runUntil(BooleanSupplier done) {
        while (!done.getAsBoolean()) {
            if (!runAny()) {
                throw new DriverException("emulator: streams wait for each other");
            }
        }
    }

    /** Runs one piece of work that may come next, if there is any. If it fails it is over all the same. */
    private boolean runAny() {
        List<Deque<Item>> candidates = new ArrayList<>();
        streams.forEach((stream, queue) -> {
            if (!queue.isEmpty() && !queue.peek().isHeldUp() && isInOrderWithDefault(stream, queue.peek())) {
                candidates.add(queue);
            }
        });
        if (candidates.isEmpty()) {
            return false;
        }
        candidates.get(random.nextInt(candidates.size())).poll().work().run();
        return true;
    }

    private boolean isInOrderWithDefault(long stream, Item item) {
        if (stream != DEFAULT_STREAM) {
            return isFirst(item, streams.get(DEFAULT_STREAM));
        }
        return streams.values().stream().allMatch(queue -> isFirst(item, queue));
    }

    private static boolean isFirst(Item item, Deque<Item> queue) {
        return queue.isEmpty() || queue.peek().number() >= item.number();
    }
}
