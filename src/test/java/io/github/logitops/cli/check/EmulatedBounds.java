package io.github.logitops.cli.check;

import io.github.logitops.LogitOps;
import io.github.logitops.emulator.Approximations;
import io.github.logitops.emulator.PtxEmulatorDriver;
import io.github.logitops.emulator.Schedule;
import io.github.logitops.emulator.Schedule.Order;
import io.github.logitops.spec.DType;
import io.github.logitops.support.EmulatedRig;
import java.io.PrintWriter;
import java.util.List;
import java.util.Random;

/**
 * How much of their bounds the kernels use, on many random rows in the emulator, whose approximate instructions are off by as much
 * as they may be.
 */
final class EmulatedBounds {
    private static final int COMPUTE_CAPABILITY = 90;
    private static final long SEED = 1;
    private static final long LOGITS = 10_000_000; // of each op and dtype
    private static final List<Placement> PLACEMENTS = List.of(Placement.DENSE, Placement.SHIFTED, Placement.COLUMNS);

    private EmulatedBounds() {}

    /**
     * Prints the table of docs/numerics.md, and ends with code 1 if an error is beyond its bound.
     *
     * @param arguments how many logits each op and dtype should see, unless that is ten million
     */
    public static void main(String[] arguments) {
        long logits = arguments.length == 0 ? LOGITS : Long.parseLong(arguments[0]);
        Verdict verdict = new Verdict();
        CheckTable.DTYPES.parallelStream().forEach(dtype -> measure(dtype, logits, verdict));
        System.out.println(verdict.table());
        int exitCode = CheckCommand.report(verdict, "seed=" + SEED, new PrintWriter(System.out, true));
        if (exitCode != 0) {
            System.exit(exitCode);
        }
    }

    /** Rows of lengths whose logarithms are spread evenly, so that short ones are as often as long ones. */
    private static void measure(DType dtype, long logits, Verdict verdict) {
        PtxEmulatorDriver driver = new PtxEmulatorDriver(
                COMPUTE_CAPABILITY, Schedule.of(Order.LOCKSTEP, 0), Approximations.OFF_BY_UP_TO_TWO);
        Random random = new Random(SEED);
        try (LogitOps ops = EmulatedRig.open(driver)) {
            long seen = 0;
            for (long seed = SEED; seen < logits; seed++) {
                Placement placement = PLACEMENTS.get((int) (seed % PLACEMENTS.size()));
                int longest = placement == Placement.COLUMNS ? 8 : 13; // powers of 2
                int classes = (int) Math.pow(2, longest * random.nextDouble());
                new OracleCheck(ops, verdict, seed).run(new Case(dtype, classes, placement));
                seen += (long) Case.ROWS * classes;
            }
        }
    }
}
