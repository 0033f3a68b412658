package io.github.logitops.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.logitops.support.EmulatedRig;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** No kernel ships that no contract has run. */
@Isolated("comes after the contracts of all ops, whose launches it looks at")
class EveryKernelIsEmulatedTest {
    @Test
    void noKernelWasLeftOut() {
        assumeTrue(System.getProperty("test") == null, "only some tests run");
        Set<String> left = new TreeSet<>();
        Kernel.all().forEach(kernel -> left.add(kernel.entry()));
        left.removeAll(EmulatedRig.launched());
        assertEquals(Set.of(), left, "kernels that no emulated contract launched");
    }
}
