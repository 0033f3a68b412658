package io.github.logitops.emulator;

import io.github.logitops.memory.DeviceOutOfMemoryException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Device memory. An address has the number of its allocation in its upper bits and starts in the middle of what the others
 * span, so that neither an underrun nor an overrun of any length meets another allocation. Numbers are not used twice.
 */
final class GlobalMemory implements Space {
    private static final int NUMBER_SHIFT = 40;
    private static final long MIDDLE = 1L << NUMBER_SHIFT - 1;
    private static final long LONGEST = MIDDLE;
    private static final Allocation FREED = new Allocation(0);

    private volatile Allocation[] allocations = {null}; // by number; 0 is nobody's, so that null is not an address
    private int used = 1;
    private long inUse;
    private long phases = 1; // 0 is before everything

    synchronized long allocate(long bytes) {
        if (bytes > LONGEST) {
            throw new DeviceOutOfMemoryException(
                    "emulator: an allocation is at most " + LONGEST + " bytes", bytes, inUse);
        }
        Allocation[] known = allocations;
        if (used == known.length) {
            known = Arrays.copyOf(known, 2 * used);
        }
        known[used] = new Allocation(bytes);
        allocations = known;
        inUse += bytes;
        return ((long) used++ << NUMBER_SHIFT) + MIDDLE;
    }

    synchronized void free(long address) {
        Allocation allocation = reach("free", address, 0);
        if (offset(address) != 0) {
            throw Fault.at("free", address, "not the start of an allocation");
        }
        inUse -= allocation.length();
        allocations[number(address)] = FREED;
    }

    boolean isAccessible(long address, long bytes) {
        int number = number(address);
        Allocation[] known = allocations;
        return number > 0
                && number < known.length
                && known[number] != null
                && known[number] != FREED
                && offset(address) >= 0
                && bytes <= known[number].length() - offset(address);
    }

    /** A number for the next stretch of some block between two barriers. */
    long newPhase() {
        return phases++;
    }

    /** Where the allocation starts that an address lies in. */
    static long start(long address) {
        return ((long) number(address) << NUMBER_SHIFT) + MIDDLE;
    }

    void copyIn(long address, ByteBuffer source) {
        ByteBuffer from = source.duplicate();
        reach("copy to the device", address, from.remaining());
        for (long at = address; from.hasRemaining(); ) {
            Bytes page = allocations[number(at)].bytes(offset(at));
            at += page.fill(Allocation.inPage(offset(at)), from);
        }
    }

    void copyOut(long address, ByteBuffer destination) {
        ByteBuffer to = destination.duplicate();
        int bytes = to.remaining();
        reach("copy to the host", address, bytes);
        for (long at = address; to.hasRemaining(); ) {
            Bytes page = allocations[number(at)].bytes(offset(at));
            int from = Allocation.inPage(offset(at));
            int unwritten = page.firstUnwritten(from, to.remaining());
            if (unwritten >= 0) {
                long there = at + unwritten - from;
                throw Fault.at(
                        "copy to the host of uninitialised memory",
                        there,
                        "byte=" + (there - address) + " of " + bytes);
            }
            at += page.drain(from, to);
        }
    }

    @Override
    public long load(long address, int bytes, Moment now) {
        Allocation allocation = reach("global load", address, bytes);
        long offset = offset(address);
        int at = Allocation.inPage(offset);
        Bytes page = allocation.bytes(offset);
        if (!page.isWritten(at, bytes)) {
            throw Fault.at("global load of uninitialised memory", address, range(allocation, address, bytes));
        }
        try {
            allocation.races(offset).read(at, bytes, now);
        } catch (Fault.Race e) {
            throw e.at("global load", address, now);
        }
        return page.load(at, bytes);
    }

    @Override
    public void store(long address, int bytes, long value, Moment now) {
        Allocation allocation = reach("global store", address, bytes);
        long offset = offset(address);
        int at = Allocation.inPage(offset);
        try {
            allocation.races(offset).write(at, bytes, now);
        } catch (Fault.Race e) {
            throw e.at("global store", address, now);
        }
        allocation.bytes(offset).store(at, bytes, value);
    }

    private Allocation reach(String access, long address, int bytes) {
        int number = number(address);
        Allocation[] known = allocations;
        Allocation allocation = number > 0 && number < known.length ? known[number] : null;
        if (allocation == null) {
            throw Fault.at(access + " outside of every allocation", address, "bytes=" + bytes);
        }
        long offset = offset(address);
        if (allocation == FREED) {
            throw Fault.at(access + " of freed memory", address, "offset=" + offset + ", bytes=" + bytes);
        }
        if (offset < 0 || offset + bytes > allocation.length()) {
            throw Fault.at(access + " out of bounds", address, range(allocation, address, bytes));
        }
        return allocation;
    }

    private static String range(Allocation allocation, long address, int bytes) {
        return "offset=" + offset(address) + ", bytes=" + bytes + ", allocation=" + allocation.length() + " bytes";
    }

    private static int number(long address) {
        return (int) (address >>> NUMBER_SHIFT);
    }

    private static long offset(long address) {
        return (address & (1L << NUMBER_SHIFT) - 1) - MIDDLE;
    }
}
