package io.github.logitops.emulator;

import java.util.Arrays;
import java.util.List;

/**
 * The shared memory of a block. Besides bounds and initialisation it watches for races: between two barriers, a byte that one
 * thread writes must not be read or written by another.
 */
final class SharedMemory {
    /** Where it starts: not at 0, which is no address. */
    static final long BASE = 1L << 24;

    private static final int SEVERAL = -2; // threads that read a byte

    private final List<Entry.SharedVariable> variables;
    private final Bytes bytes;
    private final boolean[] declared;
    private final int[] writer;
    private final int[] writtenIn; // epochs: how many barriers came before
    private final int[] reader;
    private final int[] readIn;
    private int epoch;

    SharedMemory(List<Entry.SharedVariable> variables) {
        this.variables = variables;
        int length =
                variables.stream().mapToInt(v -> v.offset() + v.bytes()).max().orElse(0);
        bytes = new Bytes(length);
        declared = new boolean[length];
        for (Entry.SharedVariable variable : variables) {
            Arrays.fill(declared, variable.offset(), variable.offset() + variable.bytes(), true);
        }
        writer = new int[length];
        writtenIn = new int[length];
        reader = new int[length];
        readIn = new int[length];
    }

    /** For a new block, which finds nothing initialised. */
    void reset() {
        bytes.forget();
        epoch++; // what the last block did is no race either
    }

    /** All threads met: what came before and what comes now cannot race. */
    void barrier() {
        epoch++;
    }

    long load(long address, int length, int thread) {
        int at = reach("shared load", address, length);
        if (!bytes.isWritten(at, length)) {
            throw Fault.at("shared load of uninitialised memory", address, "bytes=" + length);
        }
        for (int i = at; i < at + length; i++) {
            if (writtenIn[i] == epoch && writer[i] != thread) {
                throw race("shared load", address, "written", writer[i]);
            }
            reader[i] = readIn[i] == epoch && reader[i] != thread ? SEVERAL : thread;
            readIn[i] = epoch;
        }
        return bytes.load(at, length);
    }

    void store(long address, int length, long value, int thread) {
        int at = reach("shared store", address, length);
        for (int i = at; i < at + length; i++) {
            if (writtenIn[i] == epoch && writer[i] != thread) {
                throw race("shared store", address, "written", writer[i]);
            }
            if (readIn[i] == epoch && reader[i] != thread) {
                throw race("shared store", address, "read", reader[i]);
            }
            writer[i] = thread;
            writtenIn[i] = epoch;
        }
        bytes.store(at, length, value);
    }

    private static Fault race(String access, long address, String how, int other) {
        return Fault.at(
                "race: " + access,
                address,
                how + " since the last barrier by " + (other == SEVERAL ? "several threads" : "thread " + other));
    }

    private int reach(String access, long address, int length) {
        long at = address - BASE;
        if (at < 0 || at + length > declared.length || !declared[(int) at] || !declared[(int) at + length - 1]) {
            throw Fault.at(access + " out of bounds", address, "bytes=" + length + ", variables=" + variables);
        }
        if ((address & length - 1) != 0) {
            throw Fault.at("misaligned " + access, address, "bytes=" + length);
        }
        return (int) at;
    }
}
