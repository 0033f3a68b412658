package io.github.logitops.emulator;

import io.github.logitops.driver.DeviceOutOfMemoryException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Device memory. An address has the number of its allocation in its upper bits and starts in the middle of what the others
 * span, so that neither an underrun nor an overrun of any length meets another allocation. Numbers are not used twice.
 */
final class GlobalMemory {
    private static final int NUMBER_SHIFT = 40;
    private static final long MIDDLE = 1L << NUMBER_SHIFT - 1;
    private static final int LONGEST = Integer.MAX_VALUE - 8;
    private static final Bytes FREED = new Bytes(0);

    private volatile Bytes[] allocations = {null}; // by number; 0 is nobody's, so that null is not an address
    private int used = 1;
    private long inUse;

    synchronized long allocate(long bytes) {
        if (bytes > LONGEST) {
            throw new DeviceOutOfMemoryException(
                    "emulator: an allocation is at most " + LONGEST + " bytes", bytes, inUse);
        }
        Bytes[] known = allocations;
        if (used == known.length) {
            known = Arrays.copyOf(known, 2 * used);
        }
        known[used] = new Bytes((int) bytes);
        allocations = known;
        inUse += bytes;
        return ((long) used++ << NUMBER_SHIFT) + MIDDLE;
    }

    synchronized void free(long address) {
        Bytes allocation = reach("free", address, 0);
        if (offset(address) != 0) {
            throw Fault.at("free", address, "not the start of an allocation");
        }
        inUse -= allocation.length();
        allocations[number(address)] = FREED;
    }

    boolean isAccessible(long address, long bytes) {
        int number = number(address);
        Bytes[] known = allocations;
        return number > 0
                && number < known.length
                && known[number] != null
                && known[number] != FREED
                && offset(address) >= 0
                && bytes <= known[number].length() - offset(address);
    }

    void copyIn(long address, ByteBuffer source) {
        int bytes = source.remaining();
        Bytes allocation = reach("copy to the device", address, bytes);
        source.duplicate().get(allocation.values(), (int) offset(address), bytes);
        allocation.markWritten((int) offset(address), bytes);
    }

    void copyOut(long address, ByteBuffer destination) {
        int bytes = destination.remaining();
        Bytes allocation = reach("copy to the host", address, bytes);
        int from = (int) offset(address);
        int unwritten = allocation.firstUnwritten(from, bytes);
        if (unwritten >= 0) {
            throw Fault.at(
                    "copy to the host of uninitialised memory",
                    address + unwritten - from,
                    "byte=" + (unwritten - from) + " of " + bytes);
        }
        destination.duplicate().put(allocation.values(), from, bytes);
    }

    long load(long address, int bytes) {
        Bytes allocation = reach("global load", address, bytes);
        requireAligned("global load", address, bytes);
        int at = (int) offset(address);
        if (!allocation.isWritten(at, bytes)) {
            throw Fault.at("global load of uninitialised memory", address, range(allocation, address, bytes));
        }
        return allocation.load(at, bytes);
    }

    void store(long address, int bytes, long value) {
        Bytes allocation = reach("global store", address, bytes);
        requireAligned("global store", address, bytes);
        allocation.store((int) offset(address), bytes, value);
    }

    private Bytes reach(String access, long address, int bytes) {
        int number = number(address);
        Bytes[] known = allocations;
        Bytes allocation = number > 0 && number < known.length ? known[number] : null;
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

    private static void requireAligned(String access, long address, int bytes) {
        if ((address & bytes - 1) != 0) {
            throw Fault.at("misaligned " + access, address, "bytes=" + bytes);
        }
    }

    private static String range(Bytes allocation, long address, int bytes) {
        return "offset=" + offset(address) + ", bytes=" + bytes + ", allocation=" + allocation.length() + " bytes";
    }

    private static int number(long address) {
        return (int) (address >>> NUMBER_SHIFT);
    }

    private static long offset(long address) {
        return (address & (1L << NUMBER_SHIFT) - 1) - MIDDLE;
    }
}
