package io.github.logitops.project;

// README: begin
import io.github.logitops.Backend;
import io.github.logitops.CrossEntropy;
import io.github.logitops.CrossEntropyResult;
import io.github.logitops.LogitOps;
import io.github.logitops.Softmax;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.Shape;

final class ReadmeSample {
    static void run(float[] logits, float[] dy, float[] pixels, int[] classes, float[] classWeights) {
        Shape shape = Shape.of(classes.length, classWeights.length); // rows, classes
        // CUDA if it runs here, else CPU: decided once, with a reason.
        try (LogitOps ops = LogitOps.open(Backend.AUTO)) {
            System.out.println(ops.backendReport());

            Softmax softmax = ops.softmax(); // along the last axis; cheap, without state, shared by threads
            float[] y = softmax.forward(logits, shape); // host arrays in, a new host array out
            float[] dx = softmax.backward(y, dy, shape);
            float[] masks = ops.softmax(1).forward(pixels, Shape.of(2, 3, 4, 4)); // any axis, no transpose

            try (Stream s = ops.newStream(); // tensors: ordered on the stream, nothing waits
                    Tensor x = ops.upload(logits, DType.BF16, shape, s);
                    Tensor p = ops.empty(DType.BF16, shape);
                    Tensor dp = ops.upload(dy, DType.BF16, shape, s)) {
                softmax.forward(x, p, s);
                softmax.backward(p, dp, dp, s); // the gradient may go over dy
                float[] back = dp.download(s); // the only call here that waits
            }

            CrossEntropy loss = ops.crossEntropy(CrossEntropyOptions.defaults()
                    .withLabelSmoothing(0.1)
                    .withIgnoreIndex(-100)
                    .withReduction(Reduction.MEAN));
            float[] gradient = loss.forwardBackward(logits, classes, shape).gradient(); // labels in int[] or long[]
            try (Stream s = ops.newStream();
                    Tensor x = ops.upload(logits, DType.F32, shape, s);
                    Tensor labels = ops.labels(classes, s);
                    Tensor weights = ops.vector(classWeights, s);
                    CrossEntropyResult r = loss.forwardBackward(x, labels, weights, x, s)) { // the gradient goes over x
                System.out.printf("loss %.4f over %d rows%n", r.await(), r.countedRows());
                float[] dLogits = x.download(s);
            }
        }
    }
}
// README: end
