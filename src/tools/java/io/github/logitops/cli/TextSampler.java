package io.github.logitops.cli;

import io.github.logitops.LogitOps;
import io.github.logitops.Softmax;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Writes text as a model would: draws each byte from the softmax of the logits that the bytes before it lead to. */
final class TextSampler {
    private TextSampler() {}

    /** The {@code count} bytes that follow the first context of {@code text}. */
    static byte[] sample(LogitOps ops, Stream stream, ByteModel model, byte[] text, int count, long seed) {
        var random = new SplittableRandom(seed);
        byte[] written = Arrays.copyOf(text, model.context() + count);
        float[] row = new float[LogitTable.CLASSES];
        Softmax softmax = ops.softmax();
        try (Tensor tensor = ops.empty(DType.F32, Shape.of(row.length))) {
            for (int i = model.context(); i < written.length; i++) {
                model.logits(written, i, row);
                tensor.upload(row, stream);
                softmax.forward(tensor, tensor, stream);
                tensor.download(row, stream);
                written[i] = (byte) draw(row, random.nextDouble());
            }
        }
        return Arrays.copyOfRange(written, model.context(), written.length);
    }

    /** The first class at which the probabilities up to it exceed {@code u}. */
    private static int draw(float[] probabilities, double u) {
        int drawn = 0;
        for (double sum = probabilities[0]; sum <= u && drawn < probabilities.length - 1; sum += probabilities[drawn]) {
            drawn++;
        }
        return drawn;
    }
}
