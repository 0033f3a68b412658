package io.github.logitops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.ResultPart;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.DistillationOptions;
import io.github.logitops.spec.SelectedLogProbOptions;
import io.github.logitops.spec.Shape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** A label that a replayed graph found out of range: written here by hand, as nothing but the device knows of it. */
class ReplayedResultTest {
    private final LogitOps ops = LogitOps.open(Backend.CPU);
    private final Stream stream = ops.newStream();
    private final Tensor x = ops.upload(new float[6], DType.F32, Shape.of(2, 3), stream);
    private final Tensor labels = ops.labels(new int[2], stream);

    @AfterEach
    void close() {
        x.close();
        labels.close();
        stream.close();
        ops.close();
    }

    @Test
    void ofACrossEntropy() {
        try (CrossEntropyResult result =
                ops.crossEntropy(CrossEntropyOptions.defaults()).forward(x, labels, stream)) {
            assertEquals(2, result.countedRows());
            leaveBadLabel(result);
            assertEquals(1, result.countedRows(), "nobody said that there is something new");
            result.replayed(stream);
            assertThrown("crossEntropy", result::await);
            result.await();
        }
    }

    @Test
    void ofADistillation() {
        try (DistillationResult result =
                ops.distillation(DistillationOptions.defaults()).forward(x, x, labels, stream)) {
            assertEquals(2, result.countedRows());
            leaveBadLabel(result);
            result.replayed(stream);
            assertThrown("distillation", stream::synchronize);
        }
    }

    @Test
    void ofASelectedLogProb() {
        try (SelectedLogProbResult result =
                ops.selectedLogProb(SelectedLogProbOptions.defaults()).forward(x, labels, stream)) {
            assertEquals(2, result.countedRows());
            leaveBadLabel(result);
            result.replayed(stream);
            assertThrown("selectedLogProb", () -> x.download(stream));
        }
    }

    private void leaveBadLabel(LabelledResult result) {
        result.part(ResultPart.LABEL_STATS).upload(new long[] {1, 1, 9, 0}, stream);
    }

    private static void assertThrown(String op, Executable call) {
        assertEquals(
                op + ": label out of range: row=1, label=9, classes=3, ignoreIndex=-100",
                assertThrows(IllegalArgumentException.class, call).getMessage());
    }
}
