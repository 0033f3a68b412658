package io.github.logitops.support;

import io.github.logitops.cpu.CpuBlocksRig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;

/** The rigs that contracts run on: all of them, unless {@code -Dlogitops.rigs=cpu,emulated} says which. */
public enum RigKind {
    /** The fastest way of the CPU mode that this virtual machine has. */
    CPU(CpuRig::new),
    /** The one that all have. */
    CPU_PLAIN(CpuBlocksRig::plain),
    /** Blocks as short as this make many of each row. */
    CPU_BLOCKS(CpuBlocksRig::new),
    /** In floats. */
    CPU_FAST(CpuBlocksRig::fast),
    EMULATED(EmulatedRig::new),
    GPU(GpuRig::new);

    private final Supplier<Rig> rigs;

    RigKind(Supplier<Rig> rigs) {
        this.rigs = rigs;
    }

    /** A new one. */
    public Rig rig() {
        return rigs.get();
    }

    /** The name in reports and in {@code -Dlogitops.rigs}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Those that run in this run of the tests. */
    public static Set<RigKind> chosen() {
        return named(System.getProperty("logitops.rigs", ""));
    }

    static Set<RigKind> named(String names) {
        if (names.isBlank()) {
            return EnumSet.allOf(RigKind.class);
        }
        List<String> unknown = new ArrayList<>(List.of(names.split(",", -1)));
        Set<RigKind> chosen = EnumSet.noneOf(RigKind.class);
        for (RigKind kind : values()) {
            if (unknown.remove(kind.toString())) {
                chosen.add(kind);
            }
        }
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("-Dlogitops.rigs: there is no such rig, or it is named twice: rig="
                    + unknown.get(0) + ", rigs=" + Arrays.toString(values()));
        }
        return chosen;
    }
}
