package io.github.logitops.cli;

import io.github.logitops.CrossEntropy;
import io.github.logitops.CrossEntropyResult;
import io.github.logitops.LogitOps;
import io.github.logitops.base.Resources;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Runs a model's rows through cross entropy, a batch at a time, on one stream and in the same tensors each time: a step
 * allocates no device memory.
 */
final class Batch implements Learner, AutoCloseable {
    /** Sums leave each row's gradient as it is, however many rows there are. */
    private static final CrossEntropyOptions OPTIONS =
            CrossEntropyOptions.defaults().withReduction(Reduction.SUM);

    /** Keeps probabilities below the smallest F16 from vanishing. A power of 2: exact; Adagrad does not see it. */
    private static final GradScale SCALE = GradScale.of(1024);

    private static final int IGNORED = (int) OPTIONS.ignoreIndex().orElseThrow();

    private final LogitTable table;
    private final byte[] text;

    private final Stream stream;
    private final CrossEntropy crossEntropy;
    private final Tensor logits;
    private final Tensor labels;
    private final CrossEntropyResult result;

    private final int[] rows;
    private final int[] nextBytes;
    private final float[] values; // logits on the way up, gradients on the way down

    /** All or nothing: should a tensor find no room, the others are given back. */
    Batch(LogitOps ops, Stream stream, DType dtype, int size, LogitTable table, byte[] text) {
        this.table = table;
        this.text = text;
        this.stream = stream;
        Shape shape = Shape.of(size, LogitTable.CLASSES);
        crossEntropy = ops.crossEntropy(OPTIONS);
        rows = new int[size];
        nextBytes = new int[size];
        values = new float[size * LogitTable.CLASSES];
        List<Tensor> made = new ArrayList<>();
        try {
            logits = ops.empty(dtype, shape);
            made.add(logits);
            labels = ops.empty(DType.I32, Shape.of(size));
            made.add(labels);
            result = crossEntropy.newResult(dtype, shape, stream);
        } catch (RuntimeException e) {
            Resources.closeAfter(e, made);
            throw e;
        }
    }

    @Override
    public int size() {
        return rows.length;
    }

    @Override
    public double learn(int[] positions, int from, int to, float rate) {
        upload(positions, from, to);
        crossEntropy.forwardBackward(logits, labels, null, SCALE, logits, result, stream);
        logits.download(values, stream);
        table.update(rows, to - from, values, rate);
        return result.await();
    }

    @Override
    public double loss(int[] positions, int from, int to) {
        upload(positions, from, to);
        crossEntropy.forward(logits, labels, null, result, stream);
        return result.await();
    }

    @Override
    public void close() {
        result.close();
        labels.close();
        logits.close();
    }

    /** A last, short batch is filled up with rows that are ignored, whatever they hold. */
    private void upload(int[] positions, int from, int to) {
        int count = to - from;
        for (int i = 0; i < count; i++) {
            int position = positions[from + i];
            rows[i] = table.contexts().row(text, position);
            nextBytes[i] = text[position] & 0xFF;
            table.copyRow(rows[i], values, i);
        }
        Arrays.fill(nextBytes, count, nextBytes.length, IGNORED);
        logits.upload(values, stream);
        labels.upload(nextBytes, stream);
    }
}
