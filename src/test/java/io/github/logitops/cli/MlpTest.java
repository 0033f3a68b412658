package io.github.logitops.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.logitops.Backend;
import io.github.logitops.LogitOps;
import io.github.logitops.OpenOptions;
import io.github.logitops.memory.DeviceOutOfMemoryException;
import io.github.logitops.memory.Stream;
import io.github.logitops.spec.DType;
import io.github.logitops.support.EachFloatingDType;
import io.github.logitops.support.OnEachRig;
import io.github.logitops.support.Rig;
import io.github.logitops.support.RigKind;
import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

@OnEachRig
class MlpTest {
    private static final byte[] TEXT = "abcabdabcabeabcabd".getBytes(StandardCharsets.ISO_8859_1);
    private static final int CONTEXT = 3;
    private static final Mlp.Sizes SIZES = new Mlp.Sizes(CONTEXT, 4, 8);
    private static final int BATCH = 6; // the last of a pass has 3 rows: others must not count

    private final Rig rig;

    MlpTest(RigKind kind) {
        rig = kind.rig();
    }

    private static int[] positions() {
        return IntStream.range(CONTEXT, TEXT.length).toArray();
    }

    /** The mean loss after so many steps. */
    private static double loss(LogitOps ops, DType dtype, int steps) {
        try (Stream stream = ops.newStream();
                Mlp mlp = new Mlp(ops, stream, dtype, BATCH, SIZES, TEXT, 1)) {
            var trainer = new Trainer(mlp, positions());
            trainer.train(steps, 0.02, 1, loss -> true);
            return trainer.meanLoss(loss -> true);
        }
    }

    @EachFloatingDType
    void learnsTheSameOnEachRig(DType dtype) {
        double reference;
        try (LogitOps ops = LogitOps.open(Backend.CPU)) {
            reference = loss(ops, DType.F64, 12);
        }
        try (LogitOps ops = rig.open()) {
            double unit = dtype == DType.F16 || dtype == DType.BF16 ? 0.1 : 1e-3;
            assertEquals(reference, loss(ops, dtype, 12), unit);
        }
    }

    @Test
    void itsLogitsAreThoseOfItsLoss() {
        try (LogitOps ops = rig.open();
                Stream stream = ops.newStream();
                Mlp mlp = new Mlp(ops, stream, DType.F32, BATCH, SIZES, TEXT, 1)) {
            new Trainer(mlp, positions()).train(6, 0.02, 1, loss -> true);
            float[] logits = new float[LogitTable.CLASSES];
            mlp.logits(TEXT, 7, logits);
            double sum = 0;
            for (float logit : logits) {
                sum += Math.exp(logit);
            }
            double loss = Math.log(sum) - logits[TEXT[7] & 0xFF];
            assertEquals(loss, mlp.loss(new int[] {7}, 0, 1), 1e-5);
        }
    }

    @Test
    void allMemoryIsGivenBack() {
        try (LogitOps ops = rig.open()) {
            loss(ops, DType.F32, 2);
            assertEquals(0, ops.memoryStatistics().liveTensors());
        }
    }

    @Test
    void aModelWithoutRoomLeavesNothing() {
        try (LogitOps ops = LogitOps.open(Backend.CPU, OpenOptions.defaults().withMemoryLimitBytes(64 * 1024));
                Stream stream = ops.newStream()) {
            var large = new Mlp.Sizes(CONTEXT, 4, 128);
            assertThrows(
                    DeviceOutOfMemoryException.class, () -> new Mlp(ops, stream, DType.F32, BATCH, large, TEXT, 1));
            assertEquals(0, ops.memoryStatistics().liveTensors());
        }
    }
}
