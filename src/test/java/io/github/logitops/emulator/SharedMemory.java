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

    private final List<Entry.Variable> variables;
    private final Bytes bytes;
    private final RaceLog races;
    private final boolean[] declared;

    SharedMemory(List<Entry.Variable> fixed, int dynamicBytes) {
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
    }

    @Override
    public long load(long address, int length, Moment now) {
        int at = reach("shared load", address, length);
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
        reserve(address, length, now);
        bytes.store((int) (address - BASE), length, value);
    }

    /** A store whose values come later: until then there are none. */
    void reserve(long address, int length, Moment now) {
        int at = reach("shared store", address, length);
        try {
            races.write(at, length, now);
        } catch (Fault.Race e) {
            throw e.at("shared store", address, now);
        }
        bytes.forget(at, length);
    }

    private int reach(String access, long address, int length) {
        long at = address - BASE;
        if (at < 0 || at + length > declared.length || !declared[(int) at] || !declared[(int) at + length - 1]) {
            throw Fault.at(access + " out of bounds", address, "bytes=" + length + ", variables=" + variables);
        }
        return (int) at;
    }
}
