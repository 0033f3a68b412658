package io.github.logitops.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.element.Elements;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Reduction;
import io.github.logitops.support.Bench;
import io.github.logitops.support.Data;
import io.github.logitops.support.EachFloatingDType;
import io.github.logitops.support.Geometry;
import io.github.logitops.support.OnEachRig;
import io.github.logitops.support.OpCall;
import io.github.logitops.support.OpCall.Ran;
import io.github.logitops.support.OpCall.Targets;
import io.github.logitops.support.Rig;
import io.github.logitops.support.RigKind;
import java.util.Arrays;
import java.util.List;

/**
 * A NaN or +inf anywhere in a row spoils all of it, whatever stands beside it: nothing that is far above may rescale it away.
 * Rows are of one batch of columns a thread, of several, and of one to 512 threads.
 */
@OnEachRig
class IrregularRowsTest {
    private static final double NAN = Double.NaN;
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final List<Geometry> GEOMETRIES = List.of(
            Geometry.dense(56, 9),
            Geometry.dense(56, 40),
            Geometry.dense(56, 257),
            Geometry.dense(56, 1024),
            Geometry.dense(9, 4104),
            Geometry.dense(40, 56).along(0),
            Geometry.dense(2, 9, 28).along(1));

    private final Rig rig;

    IrregularRowsTest(RigKind kind) {
        rig = kind.rig();
    }

    @EachFloatingDType
    void oneNanSpoilsItsRowWhereverItStandsAndWhateverBeside(DType dtype) {
        for (Geometry geometry : GEOMETRIES) {
            check(dtype, geometry, NAN);
        }
    }

    @EachFloatingDType
    void onePositiveInfinityDoesToo(DType dtype) {
        for (Geometry geometry : GEOMETRIES) {
            check(dtype, geometry, INF);
        }
    }

    private void check(DType dtype, Geometry geometry, double spoiler) {
        double[][] logits = new double[geometry.rows()][];
        int[] places = new int[logits.length];
        for (int n = 0; n < logits.length; n++) {
            places[n] = place(n, geometry.classes());
            logits[n] = spoiled(dtype, n, geometry.classes(), places[n], spoiler);
        }
        OpCall.Inputs inputs = new OpCall.Inputs(logits, Reduction.SUM);
        for (OpCall call : OpCall.ofEveryOp(dtype, geometry, inputs)) {
            boolean capped = call.targets() == Targets.LONG_LABELS_AND_EVERY_OUTPUT && spoiler == INF; // to a number
            boolean byElements = call.method().matches("(?i).*sigmoid.*"); // of which none spoils another
            if (call.method().matches("(softmax|logSoftmax).backward") || capped || byElements) {
                continue; // does not see the logits
            }
            try (Bench bench = new Bench(rig)) {
                requireSpoiled(call, call.run(bench), places, spoiler);
            }
        }
    }

    /** First, last, in the middle, in the second batch of a thread. */
    private static int place(int n, int classes) {
        int[] places = {0, classes - 1, classes / 2, Math.min(classes - 1, 8), 1, classes / 3, classes - 2};
        return places[n % places.length];
    }

    /** All other columns somewhere between the lowest finite number and the largest. */
    private static double[] spoiled(DType dtype, int n, int classes, int place, double spoiler) {
        double largest = dtype == DType.F16 ? 65504 : Elements.round(dtype, dtype == DType.F64 ? 1e308 : 3.3e38);
        double[] row = new Data(n).values(1, classes)[0];
        int across = (place + classes / 2 + 1) % classes;
        int other = across == place ? (place + 1) % classes : across;
        switch (n / 7 % 4) {
            case 0 -> row[other] = 200; // far above what came before
            case 1 -> Arrays.fill(row, -largest);
            case 2 -> {
                Arrays.fill(row, -largest);
                row[other] = largest;
            }
            default -> {
                for (int j = 0; j < classes; j++) {
                    row[j] = -1000 + 5.0 * j; // rises, so that sums are rescaled again and again
                }
            }
        }
        row[place] = spoiler;
        return row;
    }

    private static void requireSpoiled(OpCall call, Ran ran, int[] places, double spoiler) {
        int rows = places.length;
        int seen = call.method().endsWith("askedSoftmax.forward")
                ? call.geometry().classes() - call.geometry().classes() / 5
                : -1;
        for (var output : ran.rows().entrySet()) {
            double[][] values = output.getValue().read();
            for (int n = 0; n < rows && !output.getKey().equals("x"); n++) {
                String what = call + ": " + output.getKey() + " of row " + n;
                if (counts(call, n) && (seen < 0 || places[n] < seen)) {
                    double[] nan = new double[values[n].length];
                    Arrays.fill(nan, NAN);
                    assertArrayEquals(nan, values[n], what);
                } else if (!counts(call, n)) {
                    assertArrayEquals(new double[values[n].length], values[n], what);
                }
            }
        }
        for (int i = 0; i < ran.others().size(); i++) {
            double[] values = ran.others().get(i);
            for (int n = 0; n < rows && values.length == rows; n++) {
                requireSpoiled(call, i, values[n], n, places[n], spoiler);
            }
        }
    }

    private static void requireSpoiled(OpCall call, int output, double value, int n, int place, double spoiler) {
        String what = call + ": output " + output + " of row " + n;
        // As OpCall lists what was written: loss, row losses, lse, z-losses, entropy, argmax, ranks of a cross entropy.
        boolean hasBoth = call.targets() != null && call.targets().everyOutput();
        boolean isArgmax = hasBoth && output == 5;
        boolean isRank = hasBoth && output == 6;
        boolean isLse = isLse(call.method(), output);
        if (isArgmax) {
            assertTrue(value == place || value == -1, what);
        } else if (isRank) {
            assertEquals(counts(call, n), value >= 0, what);
        } else if (isLse && (counts(call, n) || value != 0)) {
            assertEquals(spoiler, value, what);
        } else if (counts(call, n)) {
            assertTrue(Double.isNaN(value), what + ": " + value);
        }
    }

    private static boolean isLse(String method, int output) {
        return switch (method) {
            case "logSumExp.forward", "logSumExp.backward" -> true;
            case "entropy.backward", "selectedLogProb.forward" -> output == 1;
            default -> method.startsWith("crossEntropy") && output == 2;
        };
    }

    private static boolean counts(OpCall call, int n) {
        boolean labels = call.targets() != null && call.targets() != Targets.PROBABILITIES_AND_EVERY_OUTPUT;
        return !labels || n % 4 != 3; // as Data.labels says
    }
}
