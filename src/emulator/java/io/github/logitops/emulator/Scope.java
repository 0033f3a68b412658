package io.github.logitops.emulator;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The names of one pair of braces in an entry. Registers of inner braces hide those of outer ones. All scopes of an entry share
 * its slots, which are numbered as registers are first used: neighbours in the code are neighbours in memory.
 */
final class Scope {
    /** What all scopes of an entry share. */
    static final class Slots {
        private final Map<Long, Integer> constants = new HashMap<>();
        private int values = Entry.SPECIAL.size();
        private int predicates;

        int newSlot() {
            return values++;
        }

        int constant(long value) {
            return constants.computeIfAbsent(value, v -> newSlot());
        }

        int count() {
            return values;
        }

        int predicates() {
            return predicates;
        }

        Map<Long, Integer> constants() {
            return constants;
        }
    }

    private record Family(String prefix, int count, int bits) {}

    private static final int PREDICATE = 1;

    private final Scope outer;
    private final Slots slots;
    private final List<Family> families = new ArrayList<>();
    private final Map<String, Operand> registers = new HashMap<>();

    Scope(Scope outer, Slots slots) {
        this.outer = outer;
        this.slots = slots;
    }

    Scope outer() {
        return outer;
    }

    /** Declares a register, or with a count those named prefix0 to prefix(count - 1). */
    void declare(String name, int count, String type) {
        int bits = type.equals(".pred") ? PREDICATE : Entry.bits(type);
        if (count < 0) {
            registers.put(name, newRegister(bits));
        } else {
            families.add(new Family(name, count, bits));
        }
    }

    /** The register of this name, or null. */
    Operand register(String name) {
        Operand known = registers.get(name);
        if (known != null) {
            return known;
        }
        for (Family family : families) {
            if (isMember(name, family)) {
                Operand register = newRegister(family.bits());
                registers.put(name, register);
                return register;
            }
        }
        return outer == null ? null : outer.register(name);
    }

    private static boolean isMember(String name, Family family) {
        int digits = family.prefix().length();
        return name.startsWith(family.prefix())
                && name.length() > digits
                && name.substring(digits).chars().allMatch(Character::isDigit)
                && Integer.parseInt(name.substring(digits)) < family.count();
    }

    private Operand newRegister(int bits) {
        return bits == PREDICATE
                ? new Operand.Predicate(slots.predicates++)
                : new Operand.Register(slots.newSlot(), bits);
    }
}
