package io.github.logitops.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.logitops.CrossEntropy;
import io.github.logitops.LogitOps;
import io.github.logitops.OpenOptions;
import io.github.logitops.Sessions;
import io.github.logitops.cpu.HostDriver;
import io.github.logitops.memory.Stream;
import io.github.logitops.support.Bench;
import io.github.logitops.support.Geometry;
import io.github.logitops.support.OpCall;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What users call and read is what the table says. */
class OpTest {
    @ParameterizedTest
    @EnumSource
    void sessionsMakeItWithItsOptions(Op op) {
        Set<List<Class<?>>> expected = op == Op.CROSS_ENTROPY_SHARD
                ? Set.of(List.of(long.class, long.class))
                : op.options() == Void.class
                        ? hasNoAxis(op) ? Set.of(List.of()) : Set.of(List.of(), List.of(Axis.class), List.of(int.class))
                        : makesLogits(op)
                                ? Set.of(List.of(op.options()), List.of(op.options(), RowChunks.class))
                                : Set.of(
                                        List.of(op.options()),
                                        List.of(op.options(), Axis.class),
                                        List.of(op.options(), int.class));
        assertEquals(
                expected,
                factories(op).stream()
                        .map(factory -> List.of(factory.getParameterTypes()))
                        .collect(Collectors.toSet()));
    }

    /** Whether it makes its logits itself, with a linear layer. */
    private static boolean makesLogits(Op op) {
        return op == Op.LINEAR_CROSS_ENTROPY || op == Op.LINEAR_SELECTED_LOG_PROB;
    }

    /** Whether it takes element by element. */
    private static boolean hasNoAxis(Op op) {
        return op == Op.SIGMOID || op == Op.LOG_SIGMOID;
    }

    /** The public methods of what is made that take a stream queue its work, but for the one that makes results. */
    @ParameterizedTest
    @EnumSource
    void itsMethodsAreThoseThatQueueWork(Op op) {
        Class<?> made = factories(op).get(0).getReturnType();
        Set<String> queue = Arrays.stream(made.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()))
                .filter(method -> List.of(method.getParameterTypes()).contains(Stream.class))
                .map(Method::getName)
                .filter(name -> !name.equals("newResult"))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(new TreeSet<>(op.methods()), queue);
    }

    @Test
    void sessionsMakeNothingElseAlongAnAxis() {
        TreeSet<String> made = Arrays.stream(LogitOps.class.getMethods())
                .filter(method -> List.of(method.getParameterTypes()).contains(Axis.class))
                .map(Method::getName)
                .collect(Collectors.toCollection(TreeSet::new));
        TreeSet<String> named = Arrays.stream(Op.values())
                .filter(op -> !makesLogits(op) && !hasNoAxis(op))
                .map(Op::callName)
                .collect(Collectors.toCollection(TreeSet::new));
        named.remove(Op.CROSS_ENTROPY_SHARD.callName()); // which a cross entropy makes
        named.add("warmUp");
        assertEquals(named, made);
    }

    /** Those of a shard go by the names of its cross entropy. Contracts hold the messages of those with a linear layer. */
    @Test
    void errorsNameMethodsOfTheTable() {
        TreeSet<String> named = new TreeSet<>();
        for (Op op : Op.values()) {
            Op inMessages = op == Op.CROSS_ENTROPY_SHARD ? Op.CROSS_ENTROPY : op;
            op.methods().forEach(method -> named.add(inMessages.callName() + "." + method));
        }
        named.removeIf(name -> name.startsWith("linear"));
        TreeSet<String> problems = new TreeSet<>();
        for (OpCall call : OpCall.ofEveryOp(DType.F32, Geometry.dense(2, 3))) {
            try (Bench bench = new Bench(() -> Sessions.over(
                    new HostDriver(), (problem, stream) -> problems.add(problem.op()), OpenOptions.defaults()))) {
                call.run(bench);
            }
        }
        named.remove("crossEntropy.combineProbabilities"); // the shard among the calls has labels
        named.remove("maskedSoftmax.backward"); // is that of softmax
        assertEquals(named, problems);
    }

    @Test
    void namesThatAreNotInTheTableAreMistakes() {
        assertEquals("logSumExp.forward", Op.LOG_SUM_EXP.method("forward"));
        assertEquals(
                "logSumExp: not a method of the table: method=combine",
                assertThrows(IllegalArgumentException.class, () -> Op.LOG_SUM_EXP.method("combine"))
                        .getMessage());
    }

    private static List<Method> factories(Op op) {
        Class<?> maker = op == Op.CROSS_ENTROPY_SHARD ? CrossEntropy.class : LogitOps.class;
        String name = op == Op.CROSS_ENTROPY_SHARD ? "shard" : op.callName();
        return Arrays.stream(maker.getMethods())
                .filter(method -> method.getName().equals(name))
                .toList();
    }
}
