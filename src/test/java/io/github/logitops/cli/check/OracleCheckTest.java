package io.github.logitops.cli.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.logitops.spec.Op;
import java.util.List;
import org.junit.jupiter.api.Test;

class OracleCheckTest {
    @Test
    void eachOpOfTheTableIsCheckedOnceAndInItsOrder() {
        assertEquals(
                List.of(Op.values()), OracleCheck.OPS.stream().map(OpCheck::op).toList());
    }
}
