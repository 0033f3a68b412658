package io.github.logitops.driver.jcuda;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The handles of one kind that were not given back yet, with the bytes behind each. */
final class Held {
    private final Map<Long, Long> bytes = new ConcurrentHashMap<>();

    long add(long handle) {
        return add(handle, 0);
    }

    long add(long handle, long bytesBehind) {
        bytes.put(handle, bytesBehind);
        return handle;
    }

    /** Gives one back; if that fails it is held as before. */
    void giveBack(long handle, Runnable call) {
        // Out first: once CUDA has it back, another thread may be given the same number.
        Long behind = bytes.remove(handle);
        try {
            call.run();
        } catch (RuntimeException e) {
            if (behind != null) {
                bytes.put(handle, behind);
            }
            throw e;
        }
    }

    Set<Long> all() {
        return Set.copyOf(bytes.keySet());
    }

    long bytes() {
        return bytes.values().stream().mapToLong(Long::longValue).sum();
    }
}
