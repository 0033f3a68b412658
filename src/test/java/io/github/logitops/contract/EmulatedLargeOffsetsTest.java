package io.github.logitops.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.CrossEntropy;
import io.github.logitops.CrossEntropyResult;
import io.github.logitops.Distillation;
import io.github.logitops.DistillationResult;
import io.github.logitops.EntropyResult;
import io.github.logitops.LogSumExpResult;
import io.github.logitops.SelectedLogProb;
import io.github.logitops.SelectedLogProbResult;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Mask;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.DistillationOptions;
import io.github.logitops.spec.Layout;
import io.github.logitops.spec.SelectedLogProbOptions;
import io.github.logitops.spec.Shape;
import io.github.logitops.support.Bench;
import io.github.logitops.support.Data;
import io.github.logitops.support.EachFloatingDType;
import io.github.logitops.support.EmulatedRig;
import io.github.logitops.support.Rig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Rows so far apart that 32 bits do not hold the offset of the last one: the emulator takes up room only for what is touched. */
@Execution(ExecutionMode.CONCURRENT)
class EmulatedLargeOffsetsTest {
    private static final Shape SHAPE = Shape.of(3, 2);
    private static final Layout NEAR = Layout.dense(SHAPE);
    private static final Layout FAR = new Layout(SHAPE, (1L << 30) + 1);

    private final Rig rig = new EmulatedRig();

    @EachFloatingDType
    void rowsFarApartGiveTheSameBits(DType dtype) {
        assertTrue(2 * FAR.rowStride() > Integer.MAX_VALUE);
        for (Axis axis : List.of(Axis.of(0), Axis.of(1))) {
            List<double[]> near = everyOp(dtype, NEAR, axis);
            List<double[]> far = everyOp(dtype, FAR, axis);
            for (int i = 0; i < near.size(); i++) {
                assertArrayEquals(near.get(i), far.get(i), "output " + i + " along axis " + axis.index());
            }
        }
    }

    /** Rows in columns, of which no element is far from the first: their starts are. */
    @EachFloatingDType
    void groupsOfRowsFarApartGiveTheSameBits(DType dtype) {
        Shape shape = Shape.of(3, 2, 2);
        Layout far = new Layout(shape, (1L << 29) + 1);
        assertTrue(2 * 2 * far.rowStride() > Integer.MAX_VALUE);
        assertArrayEquals(softmaxInColumns(dtype, Layout.dense(shape)), softmaxInColumns(dtype, far));
    }

    /** As many columns as wait in a tile, which is copied by elements and by vectors. */
    @EachFloatingDType
    void tilesOfRowsFarApartGiveTheSameBits(DType dtype) {
        for (int inner : new int[] {1, 8}) {
            Shape shape = Shape.of(3, 5, inner);
            Layout far = new Layout(shape, (1L << 29) + inner);
            assertTrue(4 * far.rowStride() > Integer.MAX_VALUE);
            assertArrayEquals(softmaxInColumns(dtype, Layout.dense(shape)), softmaxInColumns(dtype, far));
        }
    }

    private double[] softmaxInColumns(DType dtype, Layout layout) {
        try (Bench bench = new Bench(rig)) {
            Tensor x = filled(bench, dtype, layout, 72);
            Tensor y = bench.keep(bench.ops().empty(dtype, layout));
            bench.ops().softmax(Axis.of(1)).forward(x, y, bench.stream());
            return y.downloadDoubles(bench.stream());
        }
    }

    private List<double[]> everyOp(DType dtype, Layout layout, Axis axis) {
        List<double[]> written = new ArrayList<>();
        try (Bench bench = new Bench(rig)) {
            Stream s = bench.stream();
            Tensor x = filled(bench, dtype, layout, 70);
            Tensor dy = filled(bench, dtype, layout, 71);
            Tensor y = bench.keep(bench.ops().empty(dtype, layout));
            bench.ops().softmax(axis).forward(x, y, s);
            written.add(y.downloadDoubles(s));
            bench.ops().softmax(axis).backward(x, dy, y, s);
            written.add(y.downloadDoubles(s));
            bench.ops().logSoftmax(axis).forward(x, y, s);
            written.add(y.downloadDoubles(s));
            bench.ops().logSoftmax(axis).backward(x, dy, y, s);
            written.add(y.downloadDoubles(s));

            CrossEntropy loss = bench.ops().crossEntropy(CrossEntropyOptions.defaults(), axis);
            Shape rows = SHAPE.without(axis);
            long[] last = new long[(int) rows.elements()]; // the farthest from the first column
            Arrays.fill(last, SHAPE.extent(axis.in(SHAPE)) - 1);
            Tensor labels = bench.labels(DType.I32, rows, last);
            try (CrossEntropyResult result = loss.forward(x, labels, s)) {
                written.add(result.rowLosses().downloadDoubles(s));
                loss.backward(x, labels, null, result, y, s);
                written.add(y.downloadDoubles(s));
            }
            loss.forwardBackward(x, labels, y, s).close();
            written.add(y.downloadDoubles(s));
            loss.forwardBackward(x, dy, y, s).close(); // dy as probabilities
            written.add(y.downloadDoubles(s));
            otherOps(bench, x, dy, y, labels, axis, written);
        }
        return written;
    }

    private static void otherOps(
            Bench bench, Tensor x, Tensor dy, Tensor y, Tensor labels, Axis axis, List<double[]> written) {
        Stream s = bench.stream();
        bench.ops().maskedSoftmax(axis).forward(x, Mask.additive(dy), y, s);
        written.add(y.downloadDoubles(s));
        try (LogSumExpResult result = bench.ops().logSumExp(axis).forward(x, s)) {
            written.add(result.lse().downloadDoubles(s));
            bench.ops().logSumExp(axis).backward(x, result, GradScale.ONE, y, s);
            written.add(y.downloadDoubles(s));
        }
        try (EntropyResult result = bench.ops().entropy(axis).forward(x, s)) {
            written.add(result.entropy().downloadDoubles(s));
            bench.ops().entropy(axis).backward(x, result, GradScale.ONE, y, s);
            written.add(y.downloadDoubles(s));
        }
        SelectedLogProb selected = bench.ops().selectedLogProb(SelectedLogProbOptions.defaults(), axis);
        try (SelectedLogProbResult result = selected.forward(x, labels, s)) {
            written.add(result.logProbs().downloadDoubles(s));
            selected.backward(x, labels, result, GradScale.ONE, y, s);
            written.add(y.downloadDoubles(s));
        }
        Distillation distillation = bench.ops().distillation(DistillationOptions.defaults(), axis);
        try (DistillationResult result = distillation.newResult(x.dtype(), SHAPE, s)) {
            distillation.forwardBackward(x, dy, labels, GradScale.ONE, y, result, s);
            written.add(result.rowLosses().downloadDoubles(s));
            written.add(y.downloadDoubles(s));
        }
    }

    private static Tensor filled(Bench bench, DType dtype, Layout layout, long seed) {
        Tensor tensor = bench.keep(bench.ops().empty(dtype, layout));
        tensor.upload(new Data(seed).values(1, (int) layout.shape().elements())[0], bench.stream());
        return tensor;
    }
}
