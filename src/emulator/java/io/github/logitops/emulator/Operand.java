package io.github.logitops.emulator;

import java.util.List;

/** An operand as the decoder sees it: names are gone, every value that an instruction reads lives in a slot. */
sealed interface Operand {
    /** A register of 16, 32 or 64 bits. */
    record Register(int slot, int bits) implements Operand {}

    /** What is known before a thread starts: a literal, a shared variable's address or a special register. */
    record Constant(int slot, long value) implements Operand {}

    /** A predicate register. */
    record Predicate(int index) implements Operand {}

    /** A result that nobody wants: {@code _}. */
    record Sink() implements Operand {}

    /** {@code [base+offset]}. */
    record Address(int slot, long offset) implements Operand {}

    /** {@code [parameter+offset]}: where that is in the image of all parameters, and how much of this one is left from there on. */
    record Parameter(int offset, int bytes) implements Operand {}

    /** <code>{low, high}</code>, or the values of a vector access. */
    record Pack(List<Operand> parts) implements Operand {}

    /** {@code register|predicate}. */
    record Pair(Operand register, Operand predicate) implements Operand {}

    /** Where a branch goes. */
    record Label(String name) implements Operand {}
}
