package io.github.logitops.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.logitops.cpu.CpuBlocksRig;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Reduction;
import io.github.logitops.support.Bench;
import io.github.logitops.support.Data;
import io.github.logitops.support.EachFloatingDType;
import io.github.logitops.support.Geometry;
import io.github.logitops.support.OpCall;
import io.github.logitops.support.Rig;
import java.util.List;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** In the CPU mode the bits of a row depend neither on what of it is held nor on how many work on it. */
@Execution(ExecutionMode.CONCURRENT)
class CpuBlocksTest {
    @EachFloatingDType
    void aRowHasTheSameBitsWhatEverIsHeldOfIt(DType dtype) {
        List<Geometry> geometries = List.of(
                Geometry.dense(5, 67),
                Geometry.dense(4, 48).shifted(1),
                Geometry.dense(2, 1003).padded(5),
                Geometry.dense(2, 41, 3).along(1));
        for (Geometry geometry : geometries) {
            requireSame(dtype, geometry, CpuBlocksRig.held(), new CpuBlocksRig());
        }
    }

    @EachFloatingDType
    void aLongRowHasTheSameBitsWhoeverWorksOnIt(DType dtype) {
        for (Geometry geometry : List.of(Geometry.dense(1, 40_000), Geometry.dense(3, 33_001))) {
            requireSame(dtype, geometry, CpuBlocksRig.workers(1), CpuBlocksRig.workers(4));
        }
        Geometry longer = Geometry.dense(1, 270_001); // in floats more is worth another thread
        requireSame(dtype, longer, CpuBlocksRig.fastWorkers(1), CpuBlocksRig.fastWorkers(4));
    }

    private static void requireSame(DType dtype, Geometry geometry, Rig one, Rig other) {
        double[][] logits = new Data(60).logits(geometry.rows(), geometry.classes());
        logits[0][3] = Double.NEGATIVE_INFINITY;
        logits[geometry.rows() / 2][geometry.classes() - 1] = geometry.rows() == 1 ? 0 : Double.NaN;
        OpCall.Inputs inputs = new OpCall.Inputs(logits, Reduction.MEAN);
        for (OpCall call : OpCall.ofEveryOp(dtype, geometry, inputs)) {
            requireSame(run(call, one), run(call, other), call);
        }
    }

    private static List<double[]> run(OpCall call, Rig rig) {
        try (Bench bench = new Bench(rig)) {
            return call.run(bench).values();
        }
    }

    private static void requireSame(List<double[]> expected, List<double[]> actual, OpCall call) {
        assertEquals(expected.size(), actual.size());
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), actual.get(i), call.toString());
        }
    }
}
