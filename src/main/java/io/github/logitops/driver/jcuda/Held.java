package io.github.logitops.driver.jcuda;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * The handles of one kind that were not given back yet, with the bytes behind each. To make one and note it is one call on the
 * context, and so is to give it back: a close, which waits for calls, overlooks none.
 */
final class Held {
    private final PrimaryContext context;
    private final Map<Long, Long> bytes = new ConcurrentHashMap<>();

    Held(PrimaryContext context) {
        this.context = context;
    }

    /** Has {@code make} make one, and holds it. */
    long add(long bytesBehind, LongSupplier make) {
        context.begin();
        try {
            long handle = make.getAsLong();
            bytes.put(handle, bytesBehind);
            return handle;
        } finally {
            context.end();
        }
    }

    /** Gives one back; if that fails it is held as before. */
    void giveBack(long handle, Runnable call) {
        context.begin();
        // Out first: once CUDA has it back, another thread may be given the same number.
        Long behind = bytes.remove(handle);
        try {
            call.run();
        } catch (RuntimeException e) {
            if (behind != null) {
                bytes.put(handle, behind);
            }
            throw e;
        } finally {
            context.end();
        }
    }

    Set<Long> all() {
        return Set.copyOf(bytes.keySet());
    }

    long bytes() {
        return bytes.values().stream().mapToLong(Long::longValue).sum();
    }
}
