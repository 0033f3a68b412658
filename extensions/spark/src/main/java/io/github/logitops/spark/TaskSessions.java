package io.github.logitops.spark;

import io.github.logitops.Backend;
import io.github.logitops.LogitOps;
import io.github.logitops.OpenOptions;
import io.github.logitops.memory.MemoryStatistics;
import io.github.logitops.spec.DType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sessions of this JVM, one for each device, that tasks share: the next evaluation finds them open. An executor does not hear that a
 * fit is over, so a session is closed once no task has used it for 20 seconds or somewhat more (system property
 * {@code logitops.spark.idleSeconds}), and, if none has it, when the JVM ends.
 */
final class TaskSessions {
    private static final Logger LOG = LoggerFactory.getLogger(TaskSessions.class);
    private static final long IDLE_SECONDS = Math.max(1, Long.getLong("logitops.spark.idleSeconds", 20));

    /** What Spark calls the resource; {@code spark.task.resource.gpu.amount} gives a task one. */
    private static final String GPU = "gpu";

    private static final Map<Key, Held> OPEN = new HashMap<>();
    private static final ScheduledExecutorService TIMER = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "logitops-idle-sessions");
        thread.setDaemon(true);
        return thread;
    });

    static {
        TIMER.scheduleWithFixedDelay(
                () -> closeIdle(TimeUnit.SECONDS.toNanos(IDLE_SECONDS)), IDLE_SECONDS, IDLE_SECONDS, TimeUnit.SECONDS);
        Runtime.getRuntime().addShutdownHook(new Thread(TaskSessions::closeIdle, "logitops-close-sessions"));
    }

    private TaskSessions() {}

    /** What sessions differ in. */
    record Key(Backend backend, int device, boolean floats) {
        /**
         * Of a task that Spark gave a GPU, that one: the device of its address. Without one {@link Backend#AUTO} is the CPU mode, as all
         * tasks of a machine would take the same GPU.
         */
        static Key of(TaskSettings settings, TaskContext task) {
            ResourceInformation gpu = task == null ? null : task.resourcesJMap().get(GPU);
            boolean floats = settings.dtype() == DType.F32;
            if (gpu == null) {
                return new Key(settings.backend() == Backend.AUTO ? Backend.CPU : settings.backend(), 0, floats);
            }
            return new Key(settings.backend(), device(gpu.addresses()), floats);
        }

        private static int device(String[] addresses) {
            try {
                return Integer.parseInt(addresses[0]);
            } catch (NumberFormatException e) {
                throw new IllegalStateException(
                        "softmaxRegression: not the number of a GPU: addresses=" + List.of(addresses), e);
            }
        }

        private LogitOps open() {
            OpenOptions options =
                    OpenOptions.defaults().withDeviceOrdinal(device).withFastCpu(floats);
            return LogitOps.open(backend, options);
        }
    }

    /** A session, and who has it. */
    private static final class Held {
        private final LogitOps session;
        private int users;
        private long since = System.nanoTime(); // nobody has it

        Held(LogitOps session) {
            this.session = session;
        }

        boolean isIdle(long nanos) {
            return users == 0 && System.nanoTime() - since >= nanos;
        }
    }

    /** A session for the time of a task. */
    record Lease(Held held) implements AutoCloseable {
        LogitOps ops() {
            return held.session;
        }

        @Override
        public void close() {
            synchronized (OPEN) {
                held.users--;
                held.since = System.nanoTime();
            }
        }
    }

    /** The session of these tasks. Close the lease. */
    static Lease lease(TaskSettings settings) {
        Key key = Key.of(settings, TaskContext.get());
        synchronized (OPEN) {
            Held held = OPEN.computeIfAbsent(key, k -> new Held(k.open()));
            held.users++;
            return new Lease(held);
        }
    }

    /** Closes what no task has at this moment. */
    static void closeIdle() {
        closeIdle(0);
    }

    private static void closeIdle(long nanos) {
        synchronized (OPEN) {
            List<Map.Entry<Key, Held>> idle = OPEN.entrySet().stream()
                    .filter(entry -> entry.getValue().isIdle(nanos))
                    .toList();
            idle.forEach(entry -> OPEN.remove(entry.getKey()));
            idle.forEach(entry -> close(entry.getValue().session));
        }
    }

    private static void close(LogitOps session) {
        try {
            session.close();
        } catch (RuntimeException | Error e) { // the others are to be closed, too
            LOG.warn("softmaxRegression: a session did not close", e);
        }
    }

    /** What the open sessions hold. */
    static List<MemoryStatistics> statistics() {
        synchronized (OPEN) {
            return OPEN.values().stream()
                    .map(held -> held.session.memoryStatistics())
                    .toList();
        }
    }
}
