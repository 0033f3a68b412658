package io.github.logitops.emulator;

/** Which st.async wrote a stretch of shared memory last, where that was one. Places are those of a {@link RaceLog}. */
final class PushLog {
    private final Push[] last;

    PushLog(int bytes) {
        last = new Push[(bytes + 1) / 2];
    }

    /** The thread at work reads; fails if it would read what it has not waited for. */
    void read(int at, int bytes, Moment now) {
        for (int i = at / 2; i < (at + bytes + 1) / 2; i++) {
            if (last[i] != null) {
                last[i].requireOver("shared load", now);
                last[i].noteRead(now);
            }
        }
    }

    /** The thread at work overwrites this, by itself or by a push; returns whether anything that was pushed was there. */
    boolean overwrite(String access, int at, int bytes, Push push, Moment now) {
        boolean pushed = false;
        for (int i = at / 2; i < (at + bytes + 1) / 2; i++) {
            if (last[i] != null) {
                last[i].requireOver(access, now);
                last[i].requireRead(access, now);
                pushed = true;
            }
            last[i] = push;
        }
        return pushed;
    }
}
