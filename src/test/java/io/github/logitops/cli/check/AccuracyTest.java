package io.github.logitops.cli.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.Backend;
import io.github.logitops.LogitOps;
import io.github.logitops.OpenOptions;
import io.github.logitops.Sessions;
import io.github.logitops.cli.CommandRun;
import io.github.logitops.cpu.HostDriver;
import io.github.logitops.emulator.Approximations;
import io.github.logitops.spec.DType;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccuracyTest {
    private static final double BOUND = 0x1p-24; // of F32: scales count roundings

    private static final List<String> OUTPUTS = List.of(
            "crossEntropy.backward",
            "crossEntropy.forward",
            "crossEntropy.forwardBackward gradient",
            "crossEntropy.forwardBackward loss",
            "distillation.forward",
            "distillation.forwardBackward gradient",
            "distillation.forwardBackward loss",
            "entropy.backward",
            "entropy.forward",
            "logSigmoid.backward",
            "logSigmoid.forward",
            "logSoftmax.backward",
            "logSoftmax.forward",
            "logSumExp.backward",
            "logSumExp.forward",
            "selectedLogProb.backward",
            "selectedLogProb.forward",
            "sigmoid.backward",
            "sigmoid.forward",
            "softmax.backward",
            "softmax.forward");

    @Test
    void theCommandPrintsALineForEachOutputAndDType() {
        CommandRun run = CommandRun.of("check", "--accuracy", "--backend=CPU", "--longest=100", "--seed=7");
        assertEquals(0, run.exitCode(), run.out()::toString);
        assertTrue(run.lastLine().matches("check: passed values=\\d+ worst=0\\.\\d{4} seed=7"), run.lastLine());
        List<String> table =
                run.out().stream().filter(line -> line.startsWith("|")).toList();
        assertTrue(
                table.get(0).matches("\\| op +\\| dtype \\| +ulp \\| +plain ulp \\| +relative \\| plain relative \\|"),
                table.get(0));
        assertTrue(table.get(1).matches("\\|-+\\|(-+:\\|){5}"), table.get(1));
        String size = " +\\d+\\.\\d\\d \\|";
        String part = " +\\d\\.\\de[-+]\\d\\d \\|";
        String none = " +- \\|";
        int line = 2;
        for (String output : OUTPUTS) {
            for (DType dtype : CheckTable.DTYPES) {
                boolean plain = dtype != DType.F64;
                String expected = "\\| " + output + " +\\| +" + dtype + " \\|" + size + (plain ? size : none) + part
                        + (plain ? part : none);
                assertTrue(table.get(line).matches(expected), table.get(line));
                line++;
            }
        }
        assertEquals(line, table.size());
    }

    @Test
    void accuracyAndRecordingExcludeEachOther() {
        CommandRun run = CommandRun.of("check", "--accuracy", "--record=file");
        assertEquals(2, run.exitCode());
        assertEquals(
                "logitops: Error: --accuracy, --record=FILE are mutually exclusive (specify only one)",
                run.err().get(0));
    }

    @Test
    void thereIsNoRowBelowTen() {
        CommandRun run = CommandRun.of("check", "--accuracy", "--backend=CPU", "--longest=9");
        assertEquals(2, run.exitCode());
        assertEquals(List.of("logitops: check: no row is that short: longest=9"), run.err());
    }

    @Test
    void rowsReachFromTenToTheLongest() {
        assertEquals(
                10, Accuracy.cases(CheckGrid.FULL, CheckGrid.LONGEST).get(0).classes());
        for (DType dtype : CheckTable.DTYPES) {
            assertTrue(Accuracy.cases(CheckGrid.FULL, CheckGrid.LONGEST)
                    .contains(new Case(dtype, 262144, Placement.DENSE)));
        }
    }

    @Test
    void theCpuIsWithinTheBoundsAndFarBetterThanPlainLoopsOnLongRows() {
        Verdict verdict = new Verdict();
        Accuracy accuracy = new Accuracy(verdict, 1);
        try (LogitOps ops = LogitOps.open(Backend.CPU)) {
            accuracy.run(ops, new Case(DType.F32, 50257, Placement.DENSE));
        }
        assertEquals(List.of(), verdict.failures());
        for (String output : OUTPUTS) {
            ErrorSize ours = accuracy.table().ours(output, DType.F32);
            ErrorSize plain = accuracy.table().plain(output, DType.F32);
            String both = output + ": " + ours + ", plain: " + plain;
            assertTrue(ours.relative() < BOUND, both);
            boolean addsUp = !output.matches("(sigmoid|logSigmoid)\\.\\w+"); // else there is little to lose
            assertTrue(!addsUp || plain.relative() > 10 * ours.relative(), both);
            assertTrue(!addsUp || plain.ulps() > 10 * ours.ulps(), both);
        }
    }

    /** They are what they say: right, but for rounding. */
    @Test
    void plainLoopsAreRightOnShortRows() {
        Accuracy accuracy = new Accuracy(new Verdict(), 1);
        try (LogitOps ops = LogitOps.open(Backend.CPU)) {
            Accuracy.cases(CheckGrid.FULL, 10).forEach(each -> accuracy.run(ops, each));
        }
        for (String output : OUTPUTS) {
            ErrorSize plain = accuracy.table().plain(output, DType.F32);
            assertTrue(plain.relative() < 2 * BOUND, output + ": " + plain);
            assertTrue(plain.relative() > 0, output + ": " + plain);
        }
    }

    /** With the worst approximations that a device may have; the table in docs/numerics.md has the best. */
    @Test
    void kernelsAreWithinTheBounds() {
        Verdict verdict = new Verdict();
        AccuracyTable table = EmulatedAccuracy.measured(
                verdict, Accuracy.cases(CheckGrid.FULL, 1000), Approximations.OFF_BY_UP_TO_TWO);
        assertEquals(List.of(), verdict.failures());
        for (String output : OUTPUTS) {
            ErrorSize single = table.ours(output, DType.F32);
            assertTrue(single.relative() < BOUND, output + ": " + single);
            assertTrue(table.ours(output, DType.F64).relative() < 0x1p-52, output);
        }
    }

    /** By the numbers that {@link CheckCommandTest.Spoiled} gives outputs. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 5, 6, 7, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26})
    void aWrongValueIsSeenWhereverItIs(int target) {
        HostDriver driver = new HostDriver();
        Verdict verdict = new Verdict();
        Accuracy accuracy = new Accuracy(verdict, 1);
        try (LogitOps ops =
                Sessions.over(driver, new CheckCommandTest.Spoiled(driver, target), OpenOptions.defaults())) {
            accuracy.run(ops, new Case(DType.F32, 10, Placement.DENSE));
        }
        assertFalse(verdict.failures().isEmpty());
        double worst = OUTPUTS.stream()
                .mapToDouble(output -> accuracy.table().ours(output, DType.F32).relative())
                .max()
                .orElseThrow();
        assertTrue(worst > 1e-4, "worst: " + worst);
    }
}
