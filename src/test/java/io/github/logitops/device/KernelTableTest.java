package io.github.logitops.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.logitops.spec.Op;
import org.junit.jupiter.api.Test;

class KernelTableTest {
    @Test
    void kernelsThatAreNotInTheTableAreMistakes() {
        assertEquals("log_sum_exp_bwd", KernelTable.of(Op.LOG_SUM_EXP, "bwd").name());
        assertEquals(
                "logSumExp: not a kernel of the table: kernel=log_sum_exp_fused",
                assertThrows(IllegalArgumentException.class, () -> KernelTable.of(Op.LOG_SUM_EXP, "fused"))
                        .getMessage());
    }
}
