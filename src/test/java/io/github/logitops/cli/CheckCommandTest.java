package io.github.logitops.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.LogitOps;
import io.github.logitops.OpenOptions;
import io.github.logitops.Sessions;
import io.github.logitops.cpu.CpuExecutor;
import io.github.logitops.cpu.HostDriver;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.CrossEntropyBackward;
import io.github.logitops.op.CrossEntropyForward;
import io.github.logitops.op.CrossEntropyFused;
import io.github.logitops.op.DistillationForward;
import io.github.logitops.op.DistillationFused;
import io.github.logitops.op.EntropyBackward;
import io.github.logitops.op.EntropyForward;
import io.github.logitops.op.Executor;
import io.github.logitops.op.LogSumExpBackward;
import io.github.logitops.op.LogSumExpForward;
import io.github.logitops.op.MaskedSoftmaxForward;
import io.github.logitops.op.SelectedLogProbBackward;
import io.github.logitops.op.SelectedLogProbForward;
import io.github.logitops.op.SoftmaxBackward;
import io.github.logitops.op.SoftmaxForward;
import io.github.logitops.spec.DType;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckCommandTest {
    @Test
    void everyOpPassesOnTheCpu() {
        CommandRun run = CommandRun.of("check", "--backend=CPU", "--longest=257");
        assertEquals(0, run.exitCode(), run.out()::toString);
        assertTrue(run.lastLine().matches("check: passed values=\\d+ worst=0\\.\\d{4}"), run.lastLine());
        List<String> ops = List.of(
                "softmax.forward",
                "softmax.backward",
                "logSoftmax.forward",
                "logSoftmax.backward",
                "maskedSoftmax.forward",
                "logSumExp.forward",
                "logSumExp.backward",
                "entropy.forward",
                "entropy.backward",
                "selectedLogProb.forward",
                "selectedLogProb.backward",
                "distillation.forward",
                "distillation.forwardBackward",
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
    void aLengthThatIsNotThereIsAMistake() {
        CommandRun run = CommandRun.of("check", "--longest=0");
        assertEquals(2, run.exitCode());
        assertEquals(List.of("logitops: check: no row is that short: longest=0"), run.err());
    }

    /** An executor that spoils one output by a few bounds: the check must see it, whichever output it is. */
    private record Spoiled(Executor executor, int target) implements Executor {
        @Override
        public void run(SoftmaxForward problem, Stream stream) {
            executor.run(problem, stream);
            spoil(0, problem.y().tensor(), stream);
        }

        @Override
        public void run(SoftmaxBackward problem, Stream stream) {
            executor.run(problem, stream);
            spoil(1, problem.dx().tensor(), stream);
        }

        @Override
        public void run(CrossEntropyForward problem, Stream stream) {
            executor.run(problem, stream);
            spoil(2, problem.result().rowLosses(), stream);
            spoil(3, problem.result().loss(), stream);
            spoil(4, problem.result().lse(), stream); // seen in the gradient that is made from it
        }

        @Override
        public void run(CrossEntropyBackward problem, Stream stream) {
            executor.run(problem, stream);
            spoil(5, problem.dx().tensor(), stream);
        }

        @Override
        public void run(CrossEntropyFused problem, Stream stream) {
            executor.run(problem, stream);
            spoil(6, problem.dx().tensor(), stream);
            spoil(7, problem.result().rowLosses(), stream);
            spoil(8, problem.result().loss(), stream);
        }

        @Override
        public void run(LogSumExpForward problem, Stream stream) {
            executor.run(problem, stream);
            spoil(9, problem.lse(), stream);
        }

        @Override
        public void run(LogSumExpBackward problem, Stream stream) {
            executor.run(problem, stream);
            spoil(10, problem.dx().tensor(), stream);
        }

        @Override
        public void run(EntropyForward problem, Stream stream) {
            executor.run(problem, stream);
            spoil(11, problem.entropy(), stream);
        }

        @Override
        public void run(EntropyBackward problem, Stream stream) {
            executor.run(problem, stream);
            spoil(12, problem.dx().tensor(), stream);
        }

        @Override
        public void run(SelectedLogProbForward problem, Stream stream) {
            executor.run(problem, stream);
            spoil(13, problem.logProbs(), stream);
        }

        @Override
        public void run(SelectedLogProbBackward problem, Stream stream) {
            executor.run(problem, stream);
            spoil(14, problem.dx().tensor(), stream);
        }

        @Override
        public void run(DistillationForward problem, Stream stream) {
            executor.run(problem, stream);
            spoil(15, problem.result().rowLosses(), stream);
            spoil(16, problem.result().loss(), stream);
        }

        @Override
        public void run(DistillationFused problem, Stream stream) {
            executor.run(problem, stream);
            spoil(17, problem.result().rowLosses(), stream);
            spoil(18, problem.dx().tensor(), stream);
        }

        @Override
        public void run(MaskedSoftmaxForward problem, Stream stream) {
            executor.run(problem, stream);
            spoil(19, problem.y().tensor(), stream);
        }

        private void spoil(int index, Tensor tensor, Stream stream) {
            if (index == target) {
                double[] values = tensor.downloadDoubles(stream);
                values[0] += 1e-4 * Math.max(1, Math.abs(values[0]));
                tensor.upload(values, stream);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19})
    void aWrongValueIsSeenWhereverItIs(int target) {
        HostDriver driver = new HostDriver();
        Executor spoiled = new Spoiled(new CpuExecutor(driver), target);
        CheckTable table = new CheckTable();
        try (LogitOps ops = Sessions.over(driver, spoiled, OpenOptions.defaults())) {
            new OracleCheck(ops, table, 1).run(DType.F32, 33);
        }
        assertTrue(table.worst() > 1, table::toString);
    }
}
