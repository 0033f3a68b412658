package io.github.logitops.emulator;

import java.util.List;

/**
 * An instruction as it is written.
 *
 * @param line in the PTX file, from 1
 * @param source where it is from in the sources, as in {@code softmax.cuh:31}, if the PTX says; or null
 * @param text its tokens
 * @param guard the predicate that it depends on, or -1
 * @param negated whether it runs where the guard is false
 * @param opcode with its modifiers
 * @param operands destination first
 */
record Statement(
        int line, String source, String text, int guard, boolean negated, String opcode, List<Operand> operands) {}
