package io.github.logitops.djl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.loss.Loss;
import io.github.logitops.Backend;
import io.github.logitops.LogitOps;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class ErrorsTest {
    private final LogitOps ops = LogitOps.open(Backend.CPU);
    private final NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
    private final Loss loss = LogitOpsLoss.builder(ops).build();
    private final NDArray logits = manager.ones(new Shape(2, 3));

    @AfterEach
    void close() {
        manager.close();
        ops.close();
    }

    private void refuses(String message, NDArray labels, NDArray predictions) {
        int before = manager.getManagedArrays().size();
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class, () -> loss.evaluate(new NDList(labels), new NDList(predictions)));
        assertEquals(message, e.getMessage());
        assertEquals(before, manager.getManagedArrays().size());
        loss.evaluate(new NDList(manager.create(new int[] {0, 2})), new NDList(logits)); // as if nothing had been
    }

    @Test
    void labelsOutOfRange() {
        refuses(
                "crossEntropy: label out of range: row=1, label=3, classes=3, ignoreIndex=-100",
                manager.create(new int[] {0, 3}),
                logits);
    }

    @Test
    void labelsThatAreNoWholeNumbers() {
        refuses(
                "logitOpsLoss: labels are whole numbers, or probabilities of the logits' shape: dataType=float32,"
                        + " labels=(2), logits=(2, 3)",
                manager.create(new float[] {0, 1.5f}),
                logits);
        refuses(
                "logitOpsLoss: labels are whole numbers, or probabilities of the logits' shape: dataType=float64,"
                        + " labels=(2), logits=(2, 3)",
                manager.create(new double[] {0, Double.NaN}),
                logits);
    }

    @Test
    void shapesThatDoNotGoTogether() {
        refuses(
                "crossEntropy.forwardBackward: labels must be I32[2] without padding: labels=I32[3]",
                manager.create(new int[] {0, 1, 2}),
                logits);
    }

    @Test
    void weightsOfOtherClasses() {
        Loss weighted = LogitOpsLoss.builder(ops).optClassWeights(1, 2).build();
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class,
                () -> weighted.evaluate(new NDList(manager.create(new int[] {0, 1})), new NDList(logits)));
        assertEquals(
                "crossEntropy.forwardBackward: weights must be F32[3] without padding: weights=F32[2]", e.getMessage());
    }

    @Test
    void typesThatOpsDoNotHave() {
        NDArray labels = manager.create(new int[] {0, 1});
        refuses(
                "crossEntropy: logits must be floating-point: logits=I32[2, 3]",
                labels,
                logits.toType(DataType.INT32, true));
        refuses(
                "dtype: ops have no such type: dataType=uint8, shape=(2, 3), device=cpu()",
                labels,
                logits.toType(DataType.UINT8, true));
    }

    @Test
    void severalArrays() {
        IndexOutOfBoundsException e = assertThrows(
                IndexOutOfBoundsException.class, () -> loss.evaluate(new NDList(logits, logits), new NDList(logits)));
        assertEquals("Incorrect number of elements in NDList.singletonOrThrow: Expected 1 and was 2", e.getMessage());
    }

    @Test
    void nothing() {
        assertNull("ops", () -> LogitOpsLoss.builder(null));
        LogitOpsLoss.Builder builder = LogitOpsLoss.builder(ops);
        assertNull("options", () -> builder.optOptions(null));
        assertNull("name", () -> builder.optName(null));
        assertNull("classWeights", () -> builder.optClassWeights((double[]) null));
    }

    private static void assertNull(String name, Executable call) {
        assertEquals(
                "logitOpsLoss: " + name + " is null",
                assertThrows(NullPointerException.class, call).getMessage());
    }

    @Test
    void aClosedSession() {
        ops.close();
        IllegalStateException e = assertThrows(
                IllegalStateException.class,
                () -> loss.evaluate(new NDList(manager.create(new int[] {0, 1})), new NDList(logits)));
        String expected = "session: used after close: closedAt=.*ErrorsTest.aClosedSession.*";
        assertTrue(e.getMessage().matches(expected), e.getMessage());
    }
}
