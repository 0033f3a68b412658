package io.github.logitops.emulator;

import java.util.Arrays;

/**
 * Who read and wrote a stretch of memory last. Two accesses to one place, one of them a write, need something between them that
 * orders them; {@link Moment} knows what does. Two neighbouring bytes are one place: nothing smaller is accessed.
 */
final class RaceLog {
    private final long[] written;
    private final long[] read;

    RaceLog(int bytes) {
        written = new long[(bytes + 1) / 2];
        read = new long[(bytes + 1) / 2];
    }

    /** As if nobody had been here. */
    void clear() {
        Arrays.fill(written, 0);
        Arrays.fill(read, 0);
    }

    /** As if nobody had been here: something else takes note of what happens from now on. */
    void forget(int at, int bytes) {
        Arrays.fill(written, at / 2, (at + bytes + 1) / 2, 0);
        Arrays.fill(read, at / 2, (at + bytes + 1) / 2, 0);
    }

    void read(int at, int bytes, Moment now) {
        for (int i = at / 2; i < (at + bytes + 1) / 2; i++) {
            if (!now.follows(written[i])) {
                throw new Fault.Race("written", written[i]);
            }
            read[i] = now.together(read[i]);
        }
    }

    void write(int at, int bytes, Moment now) {
        for (int i = at / 2; i < (at + bytes + 1) / 2; i++) {
            if (!now.follows(written[i])) {
                throw new Fault.Race("written", written[i]);
            }
            if (!now.follows(read[i])) {
                throw new Fault.Race("read", read[i]);
            }
            written[i] = now.stamp();
        }
    }
}
