package io.github.logitops.cli.bench;

import io.github.logitops.CrossEntropy;
import io.github.logitops.CrossEntropyResult;
import io.github.logitops.LogitOps;
import io.github.logitops.Softmax;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * What calls of the library cost a Java program. scripts/peers/torch_bench.py has the same names for what PyTorch has too, and
 * the same shapes: small ones, so that a device is done with each call before the next one comes.
 */
final class HostCosts {
    /** Of the logits where it is the host that counts. */
    static final Shape SMALL = Shape.of(8, 1024);

    private static final Shape LANGUAGE_MODEL = Shape.of(64, 50257);
    private static final int FLOATS = 8 << 20;

    private final LogitOps ops;
    private final Stream stream;
    private final HostClock clock;
    private final List<HostCost> costs = new ArrayList<>();

    /** @param ops that nothing has been called on yet */
    HostCosts(LogitOps ops, HostClock clock) {
        this.ops = ops;
        this.clock = clock;
        stream = clock.stream();
    }

    List<HostCost> measure() {
        softmax();
        costs.addAll(new ThreadCosts(ops, clock).measure());
        crossEntropy();
        memory();
        languageModel();
        return costs;
    }

    private void softmax() {
        Softmax op = ops.softmax();
        try (Tensor x = small(ops, stream);
                Tensor y = ops.empty(DType.F32, SMALL)) {
            Runnable call = () -> op.forward(x, y, stream);
            costs.add(HostClock.micros("softmax.forward, first call", 1, HostClock.nanos(() -> {
                call.run();
                stream.synchronize();
            })));
            costs.add(clock.cold("softmax.forward queued, cold", call));
            costs.add(clock.warm("softmax.forward queued", call));
            costs.add(clock.warm("softmax.forward queued, new output", () -> {
                try (Tensor made = ops.empty(DType.F32, SMALL)) {
                    op.forward(x, made, stream);
                }
            }));
            costs.add(clock.warm("softmax.forward until it is done", () -> {
                call.run();
                stream.synchronize();
            }));
        }
    }

    private void crossEntropy() {
        CrossEntropy op = ops.crossEntropy(CrossEntropyOptions.defaults());
        try (Tensor x = small(ops, stream);
                Tensor dx = ops.empty(DType.F32, SMALL);
                Tensor labels = ops.labels(new int[(int) SMALL.extent(0)], stream);
                CrossEntropyResult result = op.newResult(DType.F32, SMALL, stream)) {
            Runnable reused = () -> op.forwardBackward(x, labels, null, GradScale.ONE, dx, result, stream);
            costs.add(clock.warm("crossEntropy.forwardBackward queued", reused));
            costs.add(clock.warm("crossEntropy.forwardBackward queued, new result", () -> {
                op.forwardBackward(x, labels, dx, stream).close();
            }));
            costs.add(clock.warm("crossEntropy.forwardBackward until the loss is known", () -> {
                reused.run();
                result.await();
            }));
            costs.add(clock.warm("crossEntropy.forwardBackward until the loss is known, new result", () -> {
                try (CrossEntropyResult made = op.forwardBackward(x, labels, dx, stream)) {
                    made.await();
                }
            }));
        }
    }

    private void memory() {
        Shape mebibyte = Shape.of(1 << 18);
        costs.add(clock.warm(
                "empty and close of a tensor of 1 MiB",
                () -> ops.empty(DType.F32, mebibyte).close()));
        Shape shape = Shape.of(FLOATS);
        float[] values = noise(shape);
        try (Tensor x = ops.empty(DType.F32, shape)) {
            costs.add(clock.speed("upload from float[]", x.bytes(), () -> {
                x.upload(values, stream);
                stream.synchronize();
            }));
            costs.add(clock.speed("download into float[]", x.bytes(), () -> x.download(values, stream)));
        }
    }

    /** One step of training at the end of a language model, logits and labels on the device, until the loss is known. */
    private void languageModel() {
        CrossEntropy op = ops.crossEntropy(CrossEntropyOptions.defaults());
        try (Tensor x = ops.upload(noise(LANGUAGE_MODEL), DType.BF16, LANGUAGE_MODEL, stream);
                Tensor dx = ops.empty(DType.BF16, LANGUAGE_MODEL);
                Tensor labels = ops.labels(new int[(int) LANGUAGE_MODEL.extent(0)], stream);
                CrossEntropyResult result = op.newResult(DType.BF16, LANGUAGE_MODEL, stream)) {
            costs.add(clock.warm("crossEntropy.forwardBackward of BF16 [64, 50257], until the loss is known", 1, () -> {
                op.forwardBackward(x, labels, null, GradScale.ONE, dx, result, stream);
                result.await();
            }));
        }
    }

    /** Such logits. */
    static Tensor small(LogitOps ops, Stream stream) {
        return ops.upload(noise(SMALL), DType.F32, SMALL, stream);
    }

    private static float[] noise(Shape shape) {
        Random random = new Random(1);
        float[] noise = new float[(int) shape.elements()];
        for (int i = 0; i < noise.length; i++) {
            noise[i] = 3 * (random.nextFloat() - 0.5f);
        }
        return noise;
    }
}
