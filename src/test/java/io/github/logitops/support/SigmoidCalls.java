package io.github.logitops.support;

import io.github.logitops.SigmoidCrossEntropy;
import io.github.logitops.SigmoidCrossEntropyResult;
import io.github.logitops.memory.BinaryTargets;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.Shape;
import io.github.logitops.spec.SigmoidCrossEntropyOptions;
import io.github.logitops.support.OpCall.Ran;
import java.util.List;

/** Calls of sigmoid, log-sigmoid and sigmoid cross entropy. */
final class SigmoidCalls {
    private static final double IGNORED = -9; // which no other target is

    private SigmoidCalls() {}

    static void addTo(OpCall.Calls calls) {
        calls.add("sigmoid.forward", null, SigmoidCalls::sigmoid);
        calls.add("sigmoid.backward", null, SigmoidCalls::sigmoidBackward);
        calls.add("logSigmoid.forward", null, SigmoidCalls::logSigmoid);
        calls.add("logSigmoid.backward", null, SigmoidCalls::logSigmoidBackward);
        SigmoidCrossEntropyOptions plain = SigmoidCrossEntropyOptions.defaults()
                .withReduction(calls.inputs().reduction());
        SigmoidCrossEntropyOptions every = plain.withLabelSmoothing(0.1).withIgnoreValue(IGNORED);
        SigmoidCrossEntropyOptions none = every.withReduction(Reduction.NONE);
        calls.add("sigmoidCrossEntropy.forward", null, (call, bench) -> loss(call, bench, plain));
        calls.add("sigmoidCrossEntropy.backward", null, (call, bench) -> lossGradient(call, bench, plain));
        calls.add("sigmoidCrossEntropy.forwardBackward", null, (call, bench) -> lossAndGradient(call, bench, plain));
        calls.add("weightedSigmoidCrossEntropy.forward", null, (call, bench) -> loss(call, bench, every));
        calls.add("weightedSigmoidCrossEntropy.backward", null, (call, bench) -> lossGradient(call, bench, every));
        calls.add(
                "weightedSigmoidCrossEntropy.forwardBackward",
                null,
                (call, bench) -> lossAndGradient(call, bench, every));
        calls.add(
                "unreducedSigmoidCrossEntropy.forwardBackward",
                null,
                (call, bench) -> lossAndGradient(call, bench, none));
    }

    private static Ran loss(OpCall call, Bench bench, SigmoidCrossEntropyOptions options) {
        DeviceRows x = call.logits(bench);
        try (SigmoidCrossEntropyResult result =
                op(call, bench, options).forward(x.tensor(), targets(call, bench, options), bench.stream())) {
            return ran(x, null, result, options, bench);
        }
    }

    private static Ran lossGradient(OpCall call, Bench bench, SigmoidCrossEntropyOptions options) {
        DeviceRows x = call.logits(bench);
        DeviceRows dx = bench.poisoned(call.dtype(), call.geometry());
        SigmoidCrossEntropy op = op(call, bench, options);
        BinaryTargets targets = targets(call, bench, options);
        try (SigmoidCrossEntropyResult result = op.forward(x.tensor(), targets, bench.stream())) {
            op.backward(x.tensor(), targets, result, GradScale.ONE, dx.tensor(), bench.stream());
            return ran(x, dx, result, options, bench);
        }
    }

    private static Ran lossAndGradient(OpCall call, Bench bench, SigmoidCrossEntropyOptions options) {
        DeviceRows x = call.logits(bench);
        DeviceRows dx = bench.poisoned(call.dtype(), call.geometry());
        BinaryTargets targets = targets(call, bench, options);
        try (SigmoidCrossEntropyResult result =
                op(call, bench, options).forwardBackward(x.tensor(), targets, dx.tensor(), bench.stream())) {
            return ran(x, dx, result, options, bench);
        }
    }

    private static SigmoidCrossEntropy op(OpCall call, Bench bench, SigmoidCrossEntropyOptions options) {
        return bench.ops().sigmoidCrossEntropy(options, call.geometry().specAxis());
    }

    /** Weighted where some are ignored. */
    private static BinaryTargets targets(OpCall call, Bench bench, SigmoidCrossEntropyOptions options) {
        Geometry geometry = call.geometry();
        double[][] values = new Data(67).values(geometry.rows(), geometry.classes());
        if (options.ignoreValue().isEmpty()) {
            return BinaryTargets.of(bench.rows(call.dtype(), geometry, values).tensor());
        }
        for (double[] row : values) {
            row[row.length / 2] = IGNORED;
        }
        double[] positive = new Data(68).weights(geometry.classes());
        return BinaryTargets.of(bench.rows(call.dtype(), geometry, values).tensor())
                .withPositiveWeights(bench.vector(call.dtype().arithmetic(), Shape.of(geometry.classes()), positive))
                .withElementWeights(call.values(bench, 69).tensor());
    }

    /** The loss, or those of elements. */
    private static Ran ran(
            DeviceRows x,
            DeviceRows dx,
            SigmoidCrossEntropyResult result,
            SigmoidCrossEntropyOptions options,
            Bench bench) {
        boolean none = options.reduction() == Reduction.NONE;
        Tensor losses = none ? result.elementLosses() : result.loss();
        return new Ran(
                dx == null ? OpCall.named("x", x) : OpCall.named("x", x, "dx", dx),
                List.of(losses.downloadDoubles(bench.stream())));
    }

    private static Ran sigmoid(OpCall call, Bench bench) {
        DeviceRows x = call.logits(bench);
        DeviceRows y = bench.poisoned(call.dtype(), call.geometry());
        bench.ops().sigmoid().forward(x.tensor(), y.tensor(), bench.stream());
        return new Ran(OpCall.named("x", x, "y", y), List.of());
    }

    private static Ran sigmoidBackward(OpCall call, Bench bench) {
        DeviceRows y = call.values(bench, 61);
        DeviceRows dy = call.values(bench, 62);
        DeviceRows dx = bench.poisoned(call.dtype(), call.geometry());
        bench.ops().sigmoid().backward(y.tensor(), dy.tensor(), dx.tensor(), bench.stream());
        return new Ran(OpCall.named("y", y, "dy", dy, "dx", dx), List.of());
    }

    private static Ran logSigmoid(OpCall call, Bench bench) {
        DeviceRows x = call.logits(bench);
        DeviceRows y = bench.poisoned(call.dtype(), call.geometry());
        bench.ops().logSigmoid().forward(x.tensor(), y.tensor(), bench.stream());
        return new Ran(OpCall.named("x", x, "y", y), List.of());
    }

    private static Ran logSigmoidBackward(OpCall call, Bench bench) {
        DeviceRows y = call.values(bench, 61);
        DeviceRows dy = call.values(bench, 62);
        DeviceRows dx = bench.poisoned(call.dtype(), call.geometry());
        bench.ops().logSigmoid().backward(y.tensor(), dy.tensor(), dx.tensor(), bench.stream());
        return new Ran(OpCall.named("y", y, "dy", dy, "dx", dx), List.of());
    }
}
