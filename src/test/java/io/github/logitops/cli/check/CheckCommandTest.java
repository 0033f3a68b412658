package io.github.logitops.cli.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.LogitOps;
import io.github.logitops.OpenOptions;
import io.github.logitops.Sessions;
import io.github.logitops.cli.CommandRun;
import io.github.logitops.cpu.CpuExecutor;
import io.github.logitops.cpu.HostDriver;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.CrossEntropyProblem;
import io.github.logitops.op.DistillationProblem;
import io.github.logitops.op.EntropyProblem;
import io.github.logitops.op.Executor;
import io.github.logitops.op.LogSumExpProblem;
import io.github.logitops.op.MaskedSoftmaxProblem;
import io.github.logitops.op.Problem;
import io.github.logitops.op.ProblemTable;
import io.github.logitops.op.ResultPart;
import io.github.logitops.op.SelectedLogProbProblem;
import io.github.logitops.op.SigmoidCrossEntropyProblem;
import io.github.logitops.op.SigmoidProblem;
import io.github.logitops.op.SoftmaxProblem;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Op;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CheckCommandTest {
    @Test
    void everyOpPassesOnTheCpu() {
        CommandRun run = CommandRun.of("check", "--full", "--backend=CPU", "--longest=65", "--seed=7");
        assertEquals(0, run.exitCode(), run.out()::toString);
        assertTrue(run.lastLine().matches("check: passed values=\\d+ worst=0\\.\\d{4} seed=7"), run.lastLine());
        List<String> ops = List.of(
                "softmax.forward",
                "softmax.backward",
                "logSoftmax.forward",
                "logSoftmax.backward",
                "crossEntropy.forward",
                "crossEntropy.backward",
                "crossEntropy.forwardBackward");
        for (String op : ops) {
            assertEquals(
                    1,
                    run.out().stream()
                            .filter(line -> line.startsWith("| " + op + " "))
                            .count(),
                    op);
        }
    }

    @Test
    void theSeedOfARunIsPrintedAndNew() {
        List<String> seeds = List.of(
                CommandRun.of("check", "--backend=CPU", "--longest=1")
                        .lastLine()
                        .replaceAll(".*seed=", ""),
                CommandRun.of("check", "--backend=CPU", "--longest=1")
                        .lastLine()
                        .replaceAll(".*seed=", ""));
        assertFalse(seeds.get(0).equals(seeds.get(1)), seeds::toString);
    }

    @Test
    void aLengthThatIsNotThereIsAMistake() {
        CommandRun run = CommandRun.of("check", "--longest=0");
        assertEquals(2, run.exitCode());
        assertEquals(List.of("logitops: check: no row is that short: longest=0"), run.err());
    }

    @Test
    void quickIsTheDefaultAndSaysWhatItLeavesOut() {
        CommandRun byDefault = CommandRun.of("check", "--backend=CPU", "--longest=33", "--seed=7");
        assertEquals(
                byDefault.out(),
                CommandRun.of("check", "--quick", "--backend=CPU", "--longest=33", "--seed=7")
                        .out());
        assertTrue(
                byDefault.lastLine().endsWith(" seed=7, quick: rows of 5 lengths up to 33; --full has 14, up to 33"),
                byDefault.lastLine());
        assertTrue(CommandRun.of("check", "--full", "--backend=CPU", "--longest=3", "--seed=7")
                .lastLine()
                .endsWith(" seed=7"));
        assertEquals(2, CommandRun.of("check", "--quick", "--full").exitCode());
    }

    @Test
    void onlyTheOpsThatAreAskedFor() {
        CommandRun run = CommandRun.of(
                "check",
                "--backend=CPU",
                "--full",
                "--longest=2",
                "--seed=7",
                "--op=entropy,softmax",
                "--op=logSumExp");
        assertEquals(0, run.exitCode(), run.out()::toString);
        assertTrue(run.lastLine().endsWith(" seed=7, ops=[entropy, softmax, logSumExp]"), run.lastLine());
        assertEquals(
                List.of(
                        "entropy.backward",
                        "entropy.forward",
                        "logSumExp.backward",
                        "logSumExp.forward",
                        "softmax.backward",
                        "softmax.forward"),
                run.out().stream()
                        .filter(line -> line.matches("\\| \\w+\\.\\w+ .*"))
                        .map(line -> line.split(" +")[1])
                        .toList());
    }

    @Test
    void anOpThatIsNotThereIsAMistake() {
        CommandRun run = CommandRun.of("check", "--op=softmax,relu");
        assertEquals(2, run.exitCode());
        List<String> ops = Arrays.stream(Op.values()).map(Op::callName).toList();
        assertEquals(List.of("logitops: check: no such op: op=relu, ops=" + ops), run.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--accuracy", "--record=never-written.txt"})
    void whatIsOfEveryOpTakesNone(String instead) {
        CommandRun run = CommandRun.of("check", "--op=softmax", instead);
        assertEquals(2, run.exitCode());
        assertEquals(List.of("logitops: check: --accuracy and --record are of every op: op=[softmax]"), run.err());
    }

    @Test
    void itsHelpNamesTheOps() {
        String help = String.join(" ", CommandRun.of("check", "--help").out()).replaceAll("\\s+", " ");
        assertTrue(help.contains("only these ops: softmax, logSoftmax, maskedSoftmax, logSumExp, entropy,"), help);
    }

    @Test
    void itsProgressIsShown() {
        List<String> err =
                CommandRun.of("check", "--backend=CPU", "--longest=2").err();
        assertTrue(err.get(err.size() - 1).matches("check +100% \\[=+\\] 48/48 .*"), err::toString);
    }

    /** What {@link Spoiled} does instead of spoiling an output: writes one element past the rows of one. */
    private static final int OVERRUN = -1;

    /** An executor that spoils an output: the check must see it, whichever output it is. */
    static final class Spoiled implements Executor {
        private final HostDriver driver;
        private final int target;
        private final Executor executor;
        private final ProblemTable outputs = new ProblemTable();

        Spoiled(HostDriver driver, int target) {
            this.driver = driver;
            this.target = target;
            executor = new CpuExecutor(driver);
            spoilSoftmax();
            spoilSigmoid();
            spoilLogProbs();
            spoilLosses();
        }

        @Override
        public void run(Problem problem, Stream stream) {
            executor.run(problem, stream);
            if (outputs.problems().contains(problem.getClass())) {
                outputs.run(problem, stream);
            }
        }

        private void spoilSoftmax() {
            outputs.on(SoftmaxProblem.Forward.class, (problem, stream) -> {
                spoil(0, problem.y().tensor(), stream);
                if (target == OVERRUN) {
                    Tensor y = problem.y().tensor();
                    driver.copyToDevice(
                            y.address() + y.bytes(), driver.allocateHost(4).putFloat(0, 5), stream.handle());
                }
            });
            outputs.on(SoftmaxProblem.Backward.class, (problem, stream) -> {
                spoil(1, problem.dx().tensor(), stream);
                spoil(9, problem.dy().tensor(), stream);
            });
            outputs.on(
                    MaskedSoftmaxProblem.Forward.class,
                    (problem, stream) -> spoil(16, problem.y().tensor(), stream));
        }

        private void spoilSigmoid() {
            outputs.on(
                    SigmoidProblem.Forward.class,
                    (problem, stream) -> spoil(25, problem.y().tensor(), stream));
            outputs.on(
                    SigmoidProblem.Backward.class,
                    (problem, stream) -> spoil(26, problem.dx().tensor(), stream));
            outputs.on(SigmoidCrossEntropyProblem.Forward.class, (problem, stream) -> {
                spoil(27, problem.result().get(ResultPart.LOSS), stream);
                spoil(28, problem.result().get(ResultPart.ELEMENT_LOSSES), stream);
            });
            outputs.on(
                    SigmoidCrossEntropyProblem.Backward.class,
                    (problem, stream) -> spoil(29, problem.dx().tensor(), stream));
            outputs.on(
                    SigmoidCrossEntropyProblem.Fused.class,
                    (problem, stream) -> spoil(30, problem.dx().tensor(), stream));
        }

        private void spoilLogProbs() {
            outputs.on(LogSumExpProblem.Forward.class, (problem, stream) -> spoil(17, problem.lse(), stream));
            outputs.on(
                    LogSumExpProblem.Backward.class,
                    (problem, stream) -> spoil(18, problem.dx().tensor(), stream));
            outputs.on(
                    SelectedLogProbProblem.Forward.class,
                    (problem, stream) -> spoil(19, problem.result().get(ResultPart.LOG_PROBS), stream));
            outputs.on(
                    SelectedLogProbProblem.Backward.class,
                    (problem, stream) -> spoil(20, problem.dx().tensor(), stream));
            outputs.on(EntropyProblem.Forward.class, (problem, stream) -> spoil(21, problem.entropy(), stream));
            outputs.on(
                    EntropyProblem.Backward.class,
                    (problem, stream) -> spoil(22, problem.dx().tensor(), stream));
        }

        private void spoilLosses() {
            outputs.on(
                    DistillationProblem.Forward.class,
                    (problem, stream) -> spoil(23, problem.result().get(ResultPart.ROW_LOSSES), stream));
            outputs.on(
                    DistillationProblem.Fused.class,
                    (problem, stream) -> spoil(24, problem.dx().tensor(), stream));
            outputs.on(CrossEntropyProblem.Forward.class, (problem, stream) -> {
                spoil(2, problem.result().get(ResultPart.ROW_LOSSES), stream);
                spoil(3, problem.result().get(ResultPart.LOSS), stream);
                spoil(4, problem.result().get(ResultPart.LSE), stream);
                spoil(10, problem.inputs().x().tensor(), stream);
                spoil(12, problem.result().get(ResultPart.Z_LOSS), stream);
                spoil(13, problem.result().get(ResultPart.ENTROPY), stream);
            });
            outputs.on(
                    CrossEntropyProblem.Backward.class,
                    (problem, stream) -> spoil(5, problem.dx().tensor(), stream));
            outputs.on(CrossEntropyProblem.Fused.class, (problem, stream) -> {
                spoil(6, problem.dx().tensor(), stream);
                spoil(7, problem.result().get(ResultPart.ROW_LOSSES), stream);
                spoil(8, problem.result().get(ResultPart.LOSS), stream);
            });
            outputs.on(CrossEntropyProblem.Partials.class, (problem, stream) -> spoil(14, problem.partials(), stream));
            outputs.on(
                    CrossEntropyProblem.Combine.class,
                    (problem, stream) -> spoil(15, problem.result().get(ResultPart.LOSS), stream));
        }

        private void spoil(int index, Tensor tensor, Stream stream) {
            if (index == target && tensor != null) {
                double[] values = tensor.downloadDoubles(stream);
                values[0] += 1e-2 * Math.max(1, Math.abs(values[0]));
                tensor.upload(values, stream);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28,
                29, 30
            })
    void aWrongValueIsSeenWhereverItIs(int target) {
        HostDriver driver = new HostDriver();
        Verdict verdict = run(driver, new Spoiled(driver, target), Placement.DENSE);
        assertFalse(verdict.failures().isEmpty());
        assertTrue(verdict.failures().get(0).startsWith("F32 DENSE classes=33: "), verdict.failures()::toString);
    }

    @ParameterizedTest
    @EnumSource(Placement.class)
    void aWriteOutsideTheRowsIsSeen(Placement placement) {
        HostDriver driver = new HostDriver();
        List<String> failures =
                run(driver, new Spoiled(driver, OVERRUN), placement).failures();
        String expected = "F32 " + placement + " classes=33: softmax.forward: written outside its rows: element=";
        assertTrue(
                failures.stream().anyMatch(line -> line.startsWith(expected) && line.endsWith(", value=5.0")),
                failures::toString);
    }

    private static Verdict run(HostDriver driver, Executor executor, Placement placement) {
        Verdict verdict = new Verdict();
        try (LogitOps ops = Sessions.over(driver, executor, OpenOptions.defaults())) {
            new OracleCheck(ops, verdict, 1).run(new Case(DType.F32, 33, placement));
        }
        return verdict;
    }
}
