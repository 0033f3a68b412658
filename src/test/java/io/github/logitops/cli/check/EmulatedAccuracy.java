package io.github.logitops.cli.check;

import io.github.logitops.LogitOps;
import io.github.logitops.emulator.Approximations;
import io.github.logitops.emulator.PtxEmulatorDriver;
import io.github.logitops.emulator.Schedule;
import io.github.logitops.emulator.Schedule.Order;
import io.github.logitops.support.EmulatedRig;
import java.io.PrintWriter;
import java.util.List;

/** The accuracy of the kernels as the emulator runs them. */
final class EmulatedAccuracy {
    private static final int LONGEST = 50257;
    private static final int COMPUTE_CAPABILITY = 90;
    private static final long SEED = 1;

    private EmulatedAccuracy() {}

    /** Prints the second table of docs/numerics.md, and ends with code 1 if an error is beyond its bound. Needs no arguments. */
    public static void main(String[] args) {
        Verdict verdict = new Verdict();
        System.out.println(measured(verdict, Accuracy.cases(CheckGrid.FULL, LONGEST), Approximations.NEAREST));
        PrintWriter out = new PrintWriter(System.out, true);
        int exitCode = CheckCommand.report(verdict, "seed=" + SEED, out);
        if (exitCode != 0) {
            System.exit(exitCode);
        }
    }

    /** Each dtype on a device of its own. */
    static AccuracyTable measured(Verdict verdict, List<Case> cases, Approximations approximations) {
        Accuracy accuracy = new Accuracy(verdict, SEED);
        CheckTable.DTYPES.parallelStream().forEach(dtype -> {
            PtxEmulatorDriver driver =
                    new PtxEmulatorDriver(COMPUTE_CAPABILITY, Schedule.of(Order.LOCKSTEP, 0), approximations);
            try (LogitOps ops = EmulatedRig.open(driver)) {
                cases.stream().filter(each -> each.dtype() == dtype).forEach(each -> accuracy.run(ops, each));
            }
        });
        return accuracy.table();
    }
}
