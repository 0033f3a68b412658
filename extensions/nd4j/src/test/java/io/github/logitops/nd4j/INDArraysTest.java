package io.github.logitops.nd4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.Backend;
import io.github.logitops.CrossEntropy;
import io.github.logitops.LogitOps;
import io.github.logitops.memory.HostTensor;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class INDArraysTest {
    private final LogitOps ops = LogitOps.open(Backend.CPU);

    @AfterEach
    void close() {
        ops.close();
    }

    private void softmax(INDArray x, INDArray y, int axis) {
        ops.onHost(host -> {
            Tensor in = host.in(INDArrays.view(x));
            ops.softmax(axis).forward(in, host.out(INDArrays.view(y)), host.stream());
            return null;
        });
    }

    private static void assertSoftmax(INDArray x, INDArray y) {
        INDArray expected = Nd4j.getExecutioner()
                .exec(DynamicCustomOp.builder("softmax")
                        .addInputs(x)
                        .addOutputs(x.ulike())
                        .build())[0];
        assertTrue(expected.equalsWithEps(y, 1e-6), () -> expected + " " + y);
    }

    @Test
    void opsReadAndWriteTheArraysThemselves() {
        INDArray x = Nd4j.randn(DataType.FLOAT, 4, 5);
        INDArray y = Nd4j.create(DataType.FLOAT, 4, 5);

        softmax(x, y, -1);

        assertSoftmax(x, y);
    }

    @Test
    void viewsOfRowsBeginWhereTheyBegin() {
        INDArray x = Nd4j.randn(DataType.DOUBLE, 6, 5);
        INDArray y = Nd4j.create(DataType.DOUBLE, 6, 5);

        softmax(x.get(NDArrayIndex.interval(2, 4)), y.get(NDArrayIndex.interval(1, 3)), -1);

        assertSoftmax(x.get(NDArrayIndex.interval(2, 4)).dup(), y.get(NDArrayIndex.interval(1, 3)));
        assertEquals(0, y.getRow(0).sumNumber().doubleValue());
        assertEquals(0, y.get(NDArrayIndex.interval(3, 6)).sumNumber().doubleValue());
    }

    @Test
    void matricesInTheOtherOrderByTheirTranspose() {
        INDArray x = Nd4j.randn(DataType.FLOAT, 4, 5).dup('f');
        INDArray y = Nd4j.create(DataType.FLOAT, new long[] {4, 5}, 'f');

        softmax(x.transpose(), y.transpose(), 0);

        assertSoftmax(x.dup('c'), y);
    }

    /** ND4J frees the memory of arrays that are garbage; here nothing but the view has this one. */
    @Test
    void viewsKeepTheArray() {
        int count = 1 << 16;
        for (int i = 0; i < 10; i++) {
            float sum = ops.onHost(host -> {
                Tensor ones = host.in(INDArrays.view(Nd4j.ones(DataType.FLOAT, count)));
                collectGarbageAndUseMemory(count);
                float total = 0;
                for (float value : ones.download(host.stream())) {
                    total += value;
                }
                return total;
            });
            assertEquals(count, sum);
        }
    }

    private static void collectGarbageAndUseMemory(int count) {
        System.gc();
        try {
            Thread.sleep(100); // for ND4J's own thread
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        for (int i = 0; i < 200; i++) {
            Nd4j.valueArrayOf(new long[] {count}, 7f, DataType.FLOAT);
        }
    }

    @Test
    void everyType() {
        Map<DataType, DType> types = Map.of(
                DataType.DOUBLE, DType.F64,
                DataType.FLOAT, DType.F32,
                DataType.FLOAT16, DType.F16,
                DataType.BFLOAT16, DType.BF16,
                DataType.INT64, DType.I64,
                DataType.INT32, DType.I32,
                DataType.BOOL, DType.BOOL);
        types.forEach((theirs, ours) -> {
            HostTensor view = INDArrays.view(Nd4j.create(theirs, 2, 3));
            assertEquals(ours, view.dtype());
            assertEquals(Shape.of(2, 3), view.shape());
        });
        assertEquals(
                Shape.of(0, 3),
                INDArrays.view(Nd4j.create(DataType.FLOAT, 0, 3)).shape());
    }

    /** A regression on four points of three classes, once with ND4J's loss and once with ours. */
    @Test
    void trainsAsWithNd4jsOwnLoss() {
        INDArray x = Nd4j.createFromArray(new float[][] {{1, 0}, {0, 1}, {-1, -1}, {0.5f, 0.4f}});
        INDArray labels = Nd4j.createFromArray(0, 1, 2, 0);
        INDArray theirs = Nd4j.zeros(DataType.FLOAT, 2, 3);
        INDArray ours = Nd4j.zeros(DataType.FLOAT, 2, 3);
        CrossEntropy crossEntropy = ops.crossEntropy(CrossEntropyOptions.defaults());
        double loss = Double.NaN;
        INDArray logits = Nd4j.create(DataType.FLOAT, new long[] {4, 3}, 'c');
        for (int step = 0; step < 50; step++) {
            INDArray gradient = Nd4j.exec(DynamicCustomOp.builder("sparse_softmax_cross_entropy_loss_with_logits_grad")
                    .addInputs(labels, x.mmul(theirs))
                    .build())[0];
            theirs.subi(x.transpose().mmul(gradient).muli(2f / 4));

            x.mmul(ours, logits);
            loss = ops.onHost(host -> {
                Tensor over = host.inOut(INDArrays.view(logits)); // the gradient goes over it
                Tensor y = host.in(INDArrays.view(labels));
                return host.closing(crossEntropy.forwardBackward(over, y, over, host.stream()))
                        .await();
            });
            ours.subi(x.transpose().mmul(logits).muli(2f));
        }

        assertTrue(loss < 0.2, "it learns: " + loss);
        assertArrayEquals(theirs.data().asFloat(), ours.data().asFloat(), 1e-5f);
    }

    @Test
    void refusesOtherOrders() {
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class,
                () -> INDArrays.view(Nd4j.create(DataType.FLOAT, 2, 3).transpose()));
        assertEquals(
                "view: elements do not lie one after the other, the last dimension's together: strides=[1, 3],"
                        + " order=f, dataType=FLOAT, shape=[3, 2]",
                e.getMessage());
    }

    @Test
    void refusesColumns() {
        INDArray columns = Nd4j.create(DataType.FLOAT, 4, 5).get(NDArrayIndex.all(), NDArrayIndex.interval(0, 2));
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> INDArrays.view(columns));
        assertEquals(
                "view: elements do not lie one after the other, the last dimension's together: strides=[5, 1],"
                        + " order=c, dataType=FLOAT, shape=[4, 2]",
                e.getMessage());
    }

    @Test
    void refusesWhatHasNoShape() {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> INDArrays.view(Nd4j.empty(DataType.FLOAT)));
        assertEquals("view: an empty array without a shape: dataType=FLOAT, shape=[]", e.getMessage());
        assertEquals(
                "dtype: array is null",
                assertThrows(NullPointerException.class, () -> INDArrays.view(null))
                        .getMessage());
    }

    @Test
    void refusesTypesThatOpsDoNotHave() {
        INDArray bytes = Nd4j.create(DataType.UINT8, 2, 3);
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> INDArrays.view(bytes));
        assertEquals("dtype: ops have no such type: dataType=UBYTE, shape=[2, 3]", e.getMessage());
    }
}
