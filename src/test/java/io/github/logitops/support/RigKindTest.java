package io.github.logitops.support;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.EnumSet;
import org.junit.jupiter.api.Test;

class RigKindTest {
    @Test
    void allRunUnlessSomeAreNamed() {
        assertEquals(EnumSet.allOf(RigKind.class), RigKind.named(""));
        assertEquals(EnumSet.of(RigKind.EMULATED), RigKind.named("emulated"));
        assertEquals(EnumSet.of(RigKind.CPU, RigKind.CPU_BLOCKS, RigKind.GPU), RigKind.named("gpu,cpu,cpu-blocks"));
    }

    @Test
    void mistakesAreNamed() {
        assertMistake("gpus", "cpu,gpus");
        assertMistake("", "cpu,");
        assertMistake("cpu", "cpu,cpu");
    }

    private static void assertMistake(String rig, String names) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> RigKind.named(names));
        assertEquals(
                "-Dlogitops.rigs: there is no such rig, or it is named twice: rig=" + rig
                        + ", rigs=[cpu, cpu-plain, cpu-blocks, cpu-fast, emulated, gpu]",
                e.getMessage());
    }

    /** Its sessions take turns: those of one test do not depend on how many another has opened. */
    @Test
    void eachTestHasAnEmulatorOfItsOwn() {
        assertNotSame(RigKind.EMULATED.rig(), RigKind.EMULATED.rig());
    }
}
