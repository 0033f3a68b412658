package io.github.logitops.cli.bench;

import io.github.logitops.CrossEntropyResult;
import io.github.logitops.LogitOps;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.GradScale;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What the library costs as a Java program sees it, by the program's clock. */
final class HostCosts {
    private static final int MANY = 500; // calls in a row; fewer than a device's queue holds
    private static final int WARM_UP = 20;
    private static final int FLOATS = 8 << 20;

    private final LogitOps ops;
    private final Stream stream;
    private final int rounds;
    private final List<HostCost> costs = new ArrayList<>();

    HostCosts(Bed bed, int rounds) {
        ops = bed.ops();
        stream = bed.stream();
        this.rounds = rounds;
    }

    List<HostCost> measure() {
        calls();
        transfers();
        endToEnd();
        return costs;
    }

    private void calls() {
        try (Tensor x = ops.upload(new float[] {1, 2}, DType.F32, Shape.of(1, 2), stream)) {
            add(
                    "call of softmax.forward until it is queued",
                    MANY,
                    () -> ops.softmax().forward(x, x, stream));
        }
        add(
                "empty and close of a tensor of 1 MiB",
                MANY,
                () -> ops.empty(DType.F32, Shape.of(1 << 18)).close());
    }

    private void transfers() {
        float[] values = noise(FLOATS);
        try (Tensor x = ops.empty(DType.F32, Shape.of(FLOATS))) {
            double bytes = 4.0 * FLOATS;
            addSpeed("upload from float[]", bytes, () -> {
                x.upload(values, stream);
                stream.synchronize();
            });
            addSpeed("download into float[]", bytes, () -> x.download(values, stream));
        }
    }

    /** One step of training at the end of a language model, logits and labels on the device, until the loss is known. */
    private void endToEnd() {
        Shape shape = Shape.of(64, 50257);
        var loss = ops.crossEntropy(CrossEntropyOptions.defaults());
        try (Tensor x = ops.upload(noise(64 * 50257), DType.BF16, shape, stream);
                Tensor gradient = ops.empty(DType.BF16, shape);
                Tensor labels = ops.labels(new int[64], stream);
                CrossEntropyResult result = loss.newResult(DType.BF16, shape, stream)) {
            add("crossEntropy.forwardBackward of BF16 [64, 50257], until the loss is known", 1, () -> {
                loss.forwardBackward(x, labels, null, GradScale.ONE, gradient, result, stream);
                result.await();
            });
        }
    }

    private static float[] noise(int count) {
        Random random = new Random(1);
        float[] noise = new float[count];
        for (int i = 0; i < count; i++) {
            noise[i] = 3 * (random.nextFloat() - 0.5f);
        }
        return noise;
    }

    private void add(String name, int calls, Runnable call) {
        double[] micros = nanos(calls, call);
        for (int i = 0; i < micros.length; i++) {
            micros[i] /= 1e3;
        }
        costs.add(new HostCost(name, "us", Spread.of(micros)));
    }

    private void addSpeed(String name, double bytes, Runnable call) {
        double[] speeds = nanos(1, call);
        for (int i = 0; i < speeds.length; i++) {
            speeds[i] = bytes / speeds[i];
        }
        costs.add(new HostCost(name, "GB/s", Spread.of(speeds)));
    }

    /** Nanoseconds for a call, round by round. */
    private double[] nanos(int calls, Runnable call) {
        int warmUp = calls == 1 ? 2 : WARM_UP * calls;
        for (int i = 0; i < warmUp; i++) {
            call.run();
        }
        double[] nanos = new double[rounds];
        for (int round = 0; round < rounds; round++) {
            stream.synchronize();
            long start = System.nanoTime();
            for (int i = 0; i < calls; i++) {
                call.run();
            }
            nanos[round] = (double) (System.nanoTime() - start) / calls;
        }
        return nanos;
    }
}
