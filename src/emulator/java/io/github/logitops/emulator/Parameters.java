package io.github.logitops.emulator;

import io.github.logitops.driver.KernelArguments;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The parameters of a kernel as one image: its struct, or several values that lie as if they were fields of one. What a launch
 * passes is known before a thread starts, so everything that the code loads from here has a slot that is filled then.
 */
final class Parameters {
    /** A value that the code loads: from where, and as what, as in .u64. */
    private record Load(int offset, String type) {
        /** Whether this is a whole field of that type; .b64 may be a number or not. */
        boolean isOf(KernelArguments.Type field) {
            return Entry.bits(type) == Byte.SIZE * field.bytes()
                    && (type.startsWith(".b")
                            || type.startsWith(".f") == field.name().startsWith("FLOAT"));
        }
    }

    private final Scope.Slots slots;
    private final Map<String, Operand.Parameter> declared = new HashMap<>();
    private final Map<Load, Integer> loads = new LinkedHashMap<>(); // each with its slot
    private int end;

    /** None yet. */
    Parameters(Scope.Slots slots) {
        this.slots = slots;
    }

    /** Declares the next one. */
    void declare(String name, int alignment, int bytes) {
        int offset = (end + alignment - 1) / alignment * alignment;
        declared.put(name, new Operand.Parameter(offset, bytes));
        end = offset + bytes;
    }

    int count() {
        return declared.size();
    }

    /** The parameter of this name, or null. */
    Operand.Parameter named(String name) {
        return declared.get(name);
    }

    /** The slot of a value that the code loads. */
    int load(int offset, String type) {
        return loads.computeIfAbsent(new Load(offset, type), load -> slots.newSlot());
    }

    /** The slots of all loads with what a launch with these arguments has there. Fails if the code loads something else. */
    Map<Integer, Long> values(KernelArguments arguments) {
        int bytes = (end + Long.BYTES - 1) / Long.BYTES * Long.BYTES;
        if (arguments.bytes() != bytes) {
            throw new Fault("wrong size of arguments: expected=" + bytes + ", actual=" + arguments.bytes());
        }
        Map<Integer, Long> values = new HashMap<>();
        loads.forEach((load, slot) -> values.put(slot, value(load, arguments)));
        return values;
    }

    private static long value(Load load, KernelArguments arguments) {
        int field = fieldAt(load.offset, arguments);
        if (field < 0 || arguments.offset(field) != load.offset || !load.isOf(arguments.type(field))) {
            String actual = field < 0 ? "padding" : arguments.type(field) + " at " + arguments.offset(field);
            throw new Fault(
                    "wrong type of argument: offset=" + load.offset + ", expected=" + load.type + ", actual=" + actual);
        }
        int unused = Long.SIZE - Entry.bits(load.type);
        return load.type.startsWith(".s") ? arguments.bits(field) : arguments.bits(field) << unused >>> unused;
    }

    /** The field that this byte belongs to, or -1. */
    private static int fieldAt(int offset, KernelArguments arguments) {
        for (int i = 0; i < arguments.count(); i++) {
            int from = arguments.offset(i);
            if (from <= offset && offset < from + arguments.type(i).bytes()) {
                return i;
            }
        }
        return -1;
    }
}
