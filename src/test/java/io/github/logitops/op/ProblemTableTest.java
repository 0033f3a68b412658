package io.github.logitops.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.logitops.memory.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProblemTableTest {
    private record First(String op, List<Tensor> tensors) implements Problem {}

    private record Second(String op, List<Tensor> tensors) implements Problem {}

    private record Third(String op, List<Tensor> tensors) implements Problem {}

    private final List<String> calls = new ArrayList<>();
    private final ProblemTable table = new ProblemTable();

    ProblemTableTest() {
        table.on(First.class, (problem, stream) -> calls.add("first " + problem.op()));
        table.on(Second.class, problem -> calls.add("second " + problem.op()));
    }

    @Test
    void eachProblemHasItsMethod() {
        table.run(new Second("b", List.of()), null);
        table.run(new First("a", List.of()), null);
        assertEquals(List.of("second b", "first a"), calls);
    }

    @Test
    void aProblemWithoutOneIsNamed() {
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class, () -> table.run(new Third("relu.forward", List.of()), null));
        assertEquals("relu.forward: no method is for this problem: problem=Third", e.getMessage());
    }
}
