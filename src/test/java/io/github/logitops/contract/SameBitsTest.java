package io.github.logitops.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.logitops.emulator.Approximations;
import io.github.logitops.emulator.PtxEmulatorDriver;
import io.github.logitops.emulator.Schedule;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Reduction;
import io.github.logitops.support.Bench;
import io.github.logitops.support.Data;
import io.github.logitops.support.DeviceRows;
import io.github.logitops.support.EachFloatingDType;
import io.github.logitops.support.EmulatedRig;
import io.github.logitops.support.Geometry;
import io.github.logitops.support.OnEachRig;
import io.github.logitops.support.OpCall;
import io.github.logitops.support.OpCall.Ran;
import io.github.logitops.support.Rig;
import io.github.logitops.support.RigKind;
import io.github.logitops.support.Seed;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Every op gives a row the same bits, whatever came along with it and wherever it lies, along every axis. */
@OnEachRig
class SameBitsTest {
    private static final int DRAWS = 4;

    /** Methods whose first output is the loss of all rows. */
    private static final String OF_BATCH =
            "(crossEntropy|distillation|hardDistillation|reverseDistillation|mixedDistillation|sigmoidCrossEntropy"
                    + "|weightedSigmoidCrossEntropy).*";

    private final Rig rig;
    /** All of whose sessions are on devices of one architecture: another may share long rows in another way. */
    private final Rig rigOfOneArchitecture;

    SameBitsTest(RigKind kind) {
        rig = kind.rig();
        Schedule schedule = Schedule.of(Schedule.Order.SHUFFLED, Seed.VALUE);
        rigOfOneArchitecture = kind == RigKind.EMULATED
                ? () -> EmulatedRig.open(new PtxEmulatorDriver(90, schedule, Approximations.NEAREST))
                : rig;
    }

    @EachFloatingDType
    void aRowAloneAndAmongOthersAlongTheLastAxis(DType dtype) {
        Random random = new Random(Seed.VALUE);
        for (int classes : lengths(random, 1200)) {
            requireSameBits(
                    rig,
                    dtype,
                    List.of(
                            Geometry.dense(1, classes),
                            Geometry.dense(classes),
                            Geometry.dense(1, 1, classes).shifted(1 + random.nextInt(7)),
                            Geometry.dense(1 + random.nextInt(40), classes),
                            Geometry.dense(2, 1 + random.nextInt(4), classes).padded(1 + random.nextInt(9))));
        }
    }

    /** The shortest that blocks of a cluster share where there are clusters. */
    @EachFloatingDType
    void aLongRowAloneAndAmongOthers(DType dtype) {
        int classes = (64 << 10) / dtype.bytes();
        for (int odd : new int[] {16 / dtype.bytes(), 1}) {
            requireSameBits(
                    rigOfOneArchitecture,
                    dtype,
                    List.of(
                            Geometry.dense(1, classes + odd),
                            Geometry.dense(2, classes + odd).padded(1).shifted(1)));
        }
    }

    /** Where nothing is added up over a row, more rows have no clusters, and walk as on a device that has none. */
    @EachFloatingDType
    void aLongRowOfFewHasTheBitsOfOneOfManyWhereNothingIsAddedUp(DType dtype) {
        for (int odd : new int[] {16 / dtype.bytes(), 1}) {
            Geometry geometry = Geometry.dense(1, (64 << 10) / dtype.bytes() + odd);
            for (OpCall call : OpCall.ofEveryOp(dtype, geometry, inputs(geometry))) {
                if (call.method()
                        .matches("(logSumExp|entropy|selectedLogProb|crossEntropy)\\.backward|crossEntropyShard")) {
                    assertArrayEquals(valuesOn(80, call), valuesOn(90, call), call::toString);
                }
            }
        }
    }

    private static Object[] valuesOn(int computeCapability, OpCall call) {
        Schedule schedule = Schedule.of(Schedule.Order.SHUFFLED, Seed.VALUE);
        try (Bench bench = new Bench(
                () -> EmulatedRig.open(new PtxEmulatorDriver(computeCapability, schedule, Approximations.NEAREST)))) {
            return call.run(bench).values().toArray();
        }
    }

    @EachFloatingDType
    void aColumnAloneAndAmongOthersAlongEveryOtherAxis(DType dtype) {
        Random random = new Random(Seed.VALUE);
        for (int classes : lengths(random, 200)) {
            requireSameBits(
                    rig,
                    dtype,
                    List.of(
                            Geometry.dense(classes, 1).along(0),
                            Geometry.dense(classes, 1).along(0).padded(1 + random.nextInt(9)),
                            Geometry.dense(1, classes, 1).along(1).shifted(random.nextInt(7)),
                            Geometry.dense(1, classes, 1, 1).along(1),
                            Geometry.dense(classes, 2 + random.nextInt(200)).along(0),
                            Geometry.dense(2, classes, 1 + random.nextInt(5))
                                    .along(1)
                                    .padded(random.nextInt(3)),
                            Geometry.dense(1 + random.nextInt(3), classes, 2, 2).along(1)));
        }
    }

    /** 12, of which columns alone differed from columns in a batch, and others. */
    private static List<Integer> lengths(Random random, int longest) {
        List<Integer> lengths = new ArrayList<>(List.of(12));
        for (int i = 0; i < DRAWS; i++) {
            lengths.add(1 + random.nextInt(i == 0 ? longest : 70));
        }
        return lengths;
    }

    /** The first row of each geometry has the same logits and gets the same results. */
    private static void requireSameBits(Rig rig, DType dtype, List<Geometry> geometries) {
        List<List<OpCall>> calls = geometries.stream()
                .map(geometry -> OpCall.ofEveryOp(dtype, geometry, inputs(geometry)))
                .toList();
        for (int op = 0; op < calls.get(0).size(); op++) {
            List<double[]> expected = null;
            for (List<OpCall> ofGeometry : calls) {
                OpCall call = ofGeometry.get(op);
                try (Bench bench = new Bench(rig)) {
                    List<double[]> first = firstRow(call, call.run(bench));
                    expected = expected == null ? first : expected;
                    assertEquals(expected.size(), first.size());
                    for (int i = 0; i < first.size(); i++) {
                        assertArrayEquals(expected.get(i), first.get(i), call + " beside " + geometries.get(0));
                    }
                }
            }
        }
    }

    /** (j mod 7) / 4 and noise, in which sums of another order show; sums of losses, as means depend on the batch. */
    private static OpCall.Inputs inputs(Geometry geometry) {
        double[][] logits = new Data(60).values(geometry.rows(), geometry.classes());
        for (double[] row : logits) {
            for (int j = 0; j < row.length; j++) {
                row[j] = j % 7 / 4.0 + row[j];
            }
        }
        return new OpCall.Inputs(logits, Reduction.SUM);
    }

    private static List<double[]> firstRow(OpCall call, Ran ran) {
        List<double[]> first = new ArrayList<>();
        for (DeviceRows rows : ran.rows().values()) {
            first.add(rows.read()[0]);
        }
        for (int i = 0; i < ran.others().size(); i++) {
            boolean ofBatch = i == 0 && call.method().matches(OF_BATCH);
            if (!ofBatch) {
                first.add(new double[] {ran.others().get(i)[0]});
            }
        }
        return first;
    }
}
