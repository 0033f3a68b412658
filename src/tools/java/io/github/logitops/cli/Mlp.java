package io.github.logitops.cli;

import io.github.logitops.CrossEntropyResult;
import io.github.logitops.LinearCrossEntropy;
import io.github.logitops.LogitOps;
import io.github.logitops.base.Resources;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.LinearGradients;
import io.github.logitops.memory.LinearLayer;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.RowChunks;
import io.github.logitops.spec.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A multilayer perceptron that predicts the next byte. The layer below is computed on the host; the head, a linear layer with cross
 * entropy, by the session, in the same tensors each time.
 */
final class Mlp implements Learner, ByteModel, AutoCloseable {
    private static final CrossEntropyOptions OPTIONS =
            CrossEntropyOptions.defaults().withReduction(Reduction.SUM);

    /** Keeps probabilities below the smallest F16 from vanishing. A power of 2: exact; Adam does not see it. */
    private static final GradScale SCALE = GradScale.of(1024);

    private static final int IGNORED = (int) OPTIONS.ignoreIndex().orElseThrow();

    private final byte[] text;
    private final HiddenLayer layer;
    private final Adam weight;
    private final Adam bias;

    private final Stream stream;
    private final LinearCrossEntropy head;
    private final List<AutoCloseable> made = new ArrayList<>();
    private final Tensor hidden;
    private final LinearLayer linear;
    private final Tensor labels;
    private final LinearGradients gradients;
    private final CrossEntropyResult result;

    private final int[] nextBytes;
    private final float[] hiddenRows;
    private final float[] hiddenGradient;

    /**
     * The sizes of a model.
     *
     * @param context bytes that it sees
     * @param embedding numbers for each of these, a multiple of 4
     * @param width of the hidden layer
     */
    record Sizes(int context, int embedding, int width) {}

    /** Untrained. All or nothing: should a tensor find no room, the others are given back. */
    Mlp(LogitOps ops, Stream stream, DType dtype, int size, Sizes sizes, byte[] text, long seed) {
        this.text = text;
        this.stream = stream;
        var random = new SplittableRandom(seed);
        int width = sizes.width;
        layer = new HiddenLayer(sizes.context, sizes.embedding, width, size, random);
        weight = new Adam(HiddenLayer.gaussians(LogitTable.CLASSES * width, Math.sqrt(1.0 / width), random));
        bias = new Adam(new float[LogitTable.CLASSES]);
        nextBytes = new int[size];
        hiddenRows = new float[size * width];
        hiddenGradient = new float[size * width];
        head = ops.linearCrossEntropy(OPTIONS, RowChunks.defaults());
        DType summed = dtype == DType.F64 ? DType.F64 : DType.F32;
        try {
            hidden = tensor(ops, dtype, Shape.of(size, width));
            linear = new LinearLayer(
                    tensor(ops, dtype, Shape.of(LogitTable.CLASSES, width)),
                    tensor(ops, dtype, Shape.of(LogitTable.CLASSES)));
            gradients = LinearGradients.of(hidden, tensor(ops, summed, Shape.of(LogitTable.CLASSES, width)))
                    .withBias(tensor(ops, summed, Shape.of(LogitTable.CLASSES)));
            labels = tensor(ops, DType.I32, Shape.of(size));
            result = head.newResult(dtype, hidden.shape(), LogitTable.CLASSES, stream);
            made.add(result);
        } catch (RuntimeException e) {
            Resources.closeAfter(e, made);
            throw e;
        }
    }

    private Tensor tensor(LogitOps ops, DType dtype, Shape shape) {
        Tensor tensor = ops.empty(dtype, shape);
        made.add(tensor);
        return tensor;
    }

    @Override
    public int size() {
        return nextBytes.length;
    }

    @Override
    public double learn(int[] positions, int from, int to, float rate) {
        upload(positions, from, to);
        head.forwardBackward(hidden, linear, labels, null, SCALE, gradients, result, stream);
        hidden.download(hiddenGradient, stream);
        gradients.weight().download(weight.gradient(), stream);
        gradients.bias().download(bias.gradient(), stream);
        layer.backward(to - from, hiddenRows, hiddenGradient);
        layer.learnt().forEach(each -> each.step(rate));
        weight.step(rate);
        bias.step(rate);
        return result.await();
    }

    @Override
    public double loss(int[] positions, int from, int to) {
        upload(positions, from, to);
        head.forward(hidden, linear, labels, null, result, stream);
        return result.await();
    }

    @Override
    public int context() {
        return layer.context();
    }

    /** On the host: one row is not worth a call. */
    @Override
    public void logits(byte[] written, int end, float[] logits) {
        int width = layer.width();
        layer.forward(written, new int[] {end}, 0, 1, hiddenRows);
        for (int j = 0; j < LogitTable.CLASSES; j++) {
            float logit = bias.values()[j];
            for (int i = 0; i < width; i++) {
                logit += weight.values()[j * width + i] * hiddenRows[i];
            }
            logits[j] = logit;
        }
    }

    @Override
    public void close() {
        Resources.closeAll(made);
    }

    /** A last, short batch is filled up with rows that are ignored: whatever they hold, it is finite. */
    private void upload(int[] positions, int from, int to) {
        layer.forward(text, positions, from, to, hiddenRows);
        for (int i = from; i < to; i++) {
            nextBytes[i - from] = text[positions[i]] & 0xFF;
        }
        Arrays.fill(nextBytes, to - from, nextBytes.length, IGNORED);
        hidden.upload(hiddenRows, stream);
        linear.weight().upload(weight.values(), stream);
        linear.bias().upload(bias.values(), stream);
        labels.upload(nextBytes, stream);
    }
}
