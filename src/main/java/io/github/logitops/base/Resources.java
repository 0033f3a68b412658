package io.github.logitops.base;

import java.util.List;
import java.util.function.Consumer;

/** Closing several things, all of them, whichever fails. */
public final class Resources {
    private Resources() {}

    /**
     * Closes everything in order. What the closings throw is thrown at the end: the first failure, the later ones added to
     * it as suppressed.
     */
    public static void closeAll(List<? extends AutoCloseable> resources) {
        Throwable first = null;
        for (AutoCloseable resource : resources) {
            try {
                resource.close();
            } catch (RuntimeException | Error e) {
                first = combine(first, e);
            } catch (Exception e) {
                first = combine(first, new IllegalStateException("close failed: resource=" + resource, e));
            }
        }
        if (first instanceof Error error) {
            throw error;
        } else if (first != null) {
            throw (RuntimeException) first;
        }
    }

    /** {@code made} itself, once {@code fill} was called on it; closed if that fails. */
    public static <R extends AutoCloseable> R filled(R made, Consumer<R> fill) {
        try {
            fill.accept(made);
            return made;
        } catch (RuntimeException | Error e) {
            closeAfter(e, List.of(made));
            throw e;
        }
    }

    /** Closes everything because of {@code cause}, to which failures are added as suppressed. */
    public static void closeAfter(Throwable cause, List<? extends AutoCloseable> resources) {
        try {
            closeAll(resources);
        } catch (RuntimeException | Error e) {
            cause.addSuppressed(e);
        }
    }

    /** {@code first} with {@code next} suppressed, or {@code next} if there was none before. */
    public static <T extends Throwable> T combine(T first, T next) {
        if (first == null) {
            return next;
        }
        first.addSuppressed(next);
        return first;
    }
}
