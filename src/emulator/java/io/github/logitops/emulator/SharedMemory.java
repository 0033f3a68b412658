package io.github.logitops.emulator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The shared memory of a block: a few variables with gaps between them, so that an overrun of one does not reach the next. */
final class SharedMemory implements Space {
    /** Where it starts: not at 0, which is no address. */
    static final long BASE = 1L << 24;

    /** Where, from there, the dynamic part begins: behind all variables. */
    static final int DYNAMIC = 16 << 10;

    private static final int RANK_SHIFT = 24;
    private static final int FIRST_RANK = 16; // what the address of a block's memory begins with, as others see it

    /** A cluster has no more blocks than this. */
    static final int MOST_RANKS = 16;

    private final int rank;
    private final List<Entry.Variable> variables;
    private final Bytes bytes;
    private final RaceLog races;
    private final boolean[] declared;
    private PushLog pushes; // null: there are none

    /** Of the block of this rank in its cluster. */
    SharedMemory(int rank, List<Entry.Variable> fixed, int dynamicBytes) {
        this.rank = rank;
        variables = new ArrayList<>(fixed);
        if (dynamicBytes > 0) {
            variables.add(new Entry.Variable(DYNAMIC, dynamicBytes));
        }
        int length = Entry.Variable.end(variables);
        bytes = new Bytes(length);
        races = new RaceLog(length);
        declared = new boolean[length];
        for (Entry.Variable variable : variables) {
            Arrays.fill(declared, variable.offset(), variable.offset() + variable.bytes(), true);
        }
    }

    /** For a new block, which finds nothing initialised. */
    void reset() {
        bytes.forget();
        races.clear();
        pushes = null;
    }

    /** The same place, as all blocks of the cluster see the memory of this one. */
    static long ofRank(long address, int rank) {
        return (long) FIRST_RANK + rank << RANK_SHIFT | offset(address);
    }

    /** The block that an address names; -1 if that is whoever uses it. */
    static int rank(long address) {
        long named = (address >>> RANK_SHIFT) - FIRST_RANK;
        return named >= 0 && named < MOST_RANKS ? (int) named : -1;
    }

    static int offset(long address) {
        return (int) address & (1 << RANK_SHIFT) - 1;
    }

    @Override
    public long load(long address, int length, Moment now) {
        int at = reach("shared load", address, length);
        if (pushes != null) {
            pushes.read(at, length, now);
        }
        if (!bytes.isWritten(at, length)) {
            throw Fault.at("shared load of uninitialised memory", address, "bytes=" + length);
        }
        try {
            races.read(at, length, now);
        } catch (Fault.Race e) {
            throw e.at("shared load", address, now);
        }
        return bytes.load(at, length);
    }

    @Override
    public void store(long address, int length, long value, Moment now) {
        bytes.store(reserve(address, length, now), length, value);
    }

    /** A store whose values come later, to the place that is returned: until then there are none. */
    int reserve(long address, int length, Moment now) {
        String access = "shared store";
        int at = reach(access, address, length);
        if (pushes != null) {
            pushes.overwrite(access, at, length, null, now);
        }
        write(access, address, at, length, now);
        return at;
    }

    /** The same for st.async, whose values nobody may read without a wait for them. */
    void reserve(long address, Push push, Moment now) {
        String access = "st.async";
        int at = reach(access, address, push.bytes());
        if (pushes == null) {
            pushes = new PushLog(declared.length);
        }
        if (!pushes.overwrite(access, at, push.bytes(), push, now)) {
            write(access, address, at, push.bytes(), now);
        }
        races.forget(at, push.bytes());
        bytes.forget(at, push.bytes());
    }

    private void write(String access, long address, int at, int length, Moment now) {
        try {
            races.write(at, length, now);
        } catch (Fault.Race e) {
            throw e.at(access, address, now);
        }
        bytes.forget(at, length);
    }

    /** A value of st.async comes to its place. */
    void receive(long address, int length, long value) {
        bytes.store(offset(address), length, value);
    }

    private int reach(String access, long address, int length) {
        long at = rank(address) == rank ? offset(address) : address - BASE;
        if (at < 0 || at + length > declared.length || !declared[(int) at] || !declared[(int) at + length - 1]) {
            String check =
                    rank(address) >= 0 && rank(address) != rank ? " of another block's memory" : " out of bounds";
            throw Fault.at(access + check, address, "bytes=" + length + ", variables=" + variables);
        }
        return (int) at;
    }
}
