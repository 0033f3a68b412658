package io.github.logitops.driver.jcuda;

import io.github.logitops.memory.DriverException;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** The page-locked buffers that were not given back yet. As in {@link Held}, a close overlooks none. */
final class HostBuffers {
    private final PrimaryContext context;
    private final Map<ByteBuffer, PinnedMemory> buffers = Collections.synchronizedMap(new IdentityHashMap<>());

    HostBuffers(PrimaryContext context) {
        this.context = context;
    }

    PinnedMemory add(int bytes) {
        context.begin();
        try {
            PinnedMemory memory = PinnedMemory.allocate(context, bytes);
            buffers.put(memory.bytes(), memory);
            return memory;
        } finally {
            context.end();
        }
    }

    /** Gives one back; if that fails it is held as before. */
    void giveBack(ByteBuffer buffer) {
        context.begin();
        try {
            PinnedMemory memory = buffers.get(buffer);
            if (memory == null) {
                throw new DriverException("cuMemFreeHost: not a host buffer of this driver: buffer=" + buffer);
            }
            memory.close();
            buffers.remove(buffer);
        } finally {
            context.end();
        }
    }

    List<ByteBuffer> all() {
        return List.copyOf(buffers.keySet());
    }
}
