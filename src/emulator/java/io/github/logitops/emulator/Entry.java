package io.github.logitops.emulator;

import io.github.logitops.driver.KernelArguments;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A kernel, ready to run. A thread's values live in slots: the special registers first, then constants, registers and what is
 * loaded from parameters, as they are met.
 *
 * @param module the file that it is from
 * @param name its name
 * @param parameters what a launch passes to it
 * @param maxThreads what .maxntid allows in a block
 * @param clusterBlocks how many blocks make a cluster
 * @param code its instructions
 * @param slots how many slots a thread has
 * @param predicates how many predicates a thread has
 * @param constants which slot holds which value throughout
 * @param shared its shared variables
 * @param local its variables in local memory, of which each thread has its own
 */
record Entry(
        String module,
        String name,
        Parameters parameters,
        int maxThreads,
        int clusterBlocks,
        Instruction[] code,
        int slots,
        int predicates,
        Map<Long, Integer> constants,
        List<Variable> shared,
        List<Variable> local) {

    /** The slots of the special registers. */
    static final Map<String, Integer> SPECIAL = new HashMap<>();

    /** Where the lanes of the warp are among them, as a mask: no name of PTX. */
    static final String WHOLE_WARP = "whole warp";

    static {
        for (String name : List.of(
                "%tid.x",
                "%tid.y",
                "%ntid.x",
                "%ntid.y",
                "%ctaid.x",
                "%nctaid.x",
                "%laneid",
                "%clusterid.x",
                "%nclusterid.x",
                "%cluster_ctaid.x",
                "%cluster_nctaid.x",
                "%cluster_ctarank",
                "%cluster_nctarank",
                WHOLE_WARP)) {
            SPECIAL.put(name, SPECIAL.size());
        }
    }

    /** A variable in shared or local memory: where it is and how long. */
    record Variable(int offset, int bytes) {
        static int bytes(List<Variable> variables) {
            return variables.stream().mapToInt(Variable::bytes).sum();
        }

        /** Where the last one ends. */
        static int end(List<Variable> variables) {
            return variables.stream().mapToInt(v -> v.offset + v.bytes).max().orElse(0);
        }
    }

    /** The width of a PTX type, as in .f32. */
    static int bits(String type) {
        return switch (type) {
            case ".b8", ".u8", ".s8" -> 8;
            case ".b16", ".u16", ".s16", ".f16" -> 16;
            case ".b32", ".u32", ".s32", ".f32" -> 32;
            case ".b64", ".u64", ".s64", ".f64" -> 64;
            default -> throw new EmulatorException("emulator: unknown type: type=" + type);
        };
    }

    /** This kernel, which does nothing at its n-th barrier, or goes on there as if others had come. */
    Entry withoutBarrier(int n) {
        Instruction[] changed = code.clone();
        int left = n;
        for (int pc = 0; pc < changed.length; pc++) {
            if (changed[pc].synchronises() && left-- == 0) {
                changed[pc] = changed[pc].withStep(Steps.withoutWait(changed[pc]));
            }
        }
        return new Entry(
                module,
                name,
                parameters,
                maxThreads,
                clusterBlocks,
                changed,
                slots,
                predicates,
                constants,
                shared,
                local);
    }

    /** Where an instruction is from in the sources, as far as that is known. */
    String sourceOf(Instruction instruction) {
        String source = instruction.statement().source();
        return source == null ? SourceLines.of(module, name, Arrays.asList(code).indexOf(instruction)) : source;
    }

    /** What a launch with these arguments has in which slots throughout. Fails unless the kernel takes them. */
    Map<Integer, Long> values(KernelArguments arguments, int threads) {
        if (threads < 1 || threads > maxThreads) {
            throw launchError("wrong number of threads: threads=" + threads + ", maximum=" + maxThreads);
        }
        try {
            return parameters.values(arguments);
        } catch (Fault e) {
            throw launchError(e.getMessage());
        }
    }

    private EmulatorException launchError(String detail) {
        return new EmulatorException("emulator: " + detail + ", kernel=" + name + ", file=" + module);
    }
}
