package io.github.logitops.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.logitops.cpu.CpuBlocksRig;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Reduction;
import io.github.logitops.support.Bench;
import io.github.logitops.support.CpuRig;
import io.github.logitops.support.Data;
import io.github.logitops.support.EachFloatingDType;
import io.github.logitops.support.Geometry;
import io.github.logitops.support.OpCall;
import io.github.logitops.support.Rig;
import io.github.logitops.support.RigKind;
import java.util.List;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** In the CPU mode rows that are cut into blocks, on which every contract runs, have the bits of rows that are not. */
@Execution(ExecutionMode.CONCURRENT)
class CpuBlocksTest {
    @EachFloatingDType
    void aRowHasTheSameBitsInBlocks(DType dtype) {
        List<Geometry> geometries = List.of(
                Geometry.dense(5, 67),
                Geometry.dense(4, 48).shifted(1),
                Geometry.dense(2, 1003).padded(5),
                Geometry.dense(2, 41, 3).along(1));
        for (Geometry geometry : geometries) {
            double[][] logits = new Data(60).logits(geometry.rows(), geometry.classes());
            logits[0][3] = Double.NEGATIVE_INFINITY;
            logits[1][geometry.classes() - 1] = Double.NaN;
            OpCall.Inputs inputs = new OpCall.Inputs(logits, Reduction.MEAN);
            for (OpCall call : OpCall.ofEveryOp(dtype, geometry, inputs)) {
                List<double[]> whole = run(call, new CpuRig());
                requireSame(whole, run(call, RigKind.CPU_BLOCKS.rig()), call);
                requireSame(whole, run(call, new CpuBlocksRig(24)), call);
            }
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
