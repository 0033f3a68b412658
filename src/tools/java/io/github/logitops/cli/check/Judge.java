package io.github.logitops.cli.check;

import io.github.logitops.reference.Tolerance;
import io.github.logitops.spec.DType;
import java.util.Arrays;

/** Holds the results of one case against exact ones, and hands the outcome to the {@link Verdict}. */
final class Judge {
    private final Verdict verdict;
    private final Case current;

    Judge(Verdict verdict, Case current) {
        this.verdict = verdict;
        this.current = current;
    }

    /** An output of several elements, such as a row of a gradient. */
    void row(String op, String output, double[] exact, double[] actual, double[] scales) {
        judge(op, output, current.dtype(), exact, actual, scales);
    }

    /** A loss or log-sum-exp, which is stored in the arithmetic dtype. */
    void loss(String op, String output, double exact, double actual, double scale) {
        losses(op, output, new double[] {exact}, new double[] {actual}, new double[] {scale});
    }

    /** Several of them. */
    void losses(String op, String output, double[] exact, double[] actual, double[] scales) {
        judge(op, output, current.dtype().arithmetic(), exact, actual, scales);
    }

    /** An input, which must be as it was. */
    void unchanged(String op, PlacedRows input) {
        if (!Arrays.deepEquals(input.values(), input.read(this, op + " input"))) {
            fault(op + ": an input was written");
        }
    }

    /** Something that no bound excuses. */
    void fault(String what) {
        verdict.fault(current + ": " + what);
    }

    private void judge(String op, String output, DType stored, double[] exact, double[] actual, double[] scales) {
        int off = 0;
        int worst = 0;
        double worstUnits = -1;
        for (int j = 0; j < exact.length; j++) {
            double units = Tolerance.units(stored, exact[j], actual[j], scales[j]);
            off += units > 1 ? 1 : 0;
            if (units > worstUnits) {
                worst = j;
                worstUnits = units;
            }
        }
        verdict.judged(op, current.dtype(), exact.length, worstUnits);
        if (off > 0) {
            fault(op + " " + output + ": off=" + off + " of " + exact.length + ", worst: element=" + worst + ", exact="
                    + exact[worst] + ", actual=" + actual[worst] + ", bounds=" + CheckTable.text(worstUnits));
        }
        verdict.listener().judged(current + ", " + op + " " + output, stored, actual, scales);
    }
}
