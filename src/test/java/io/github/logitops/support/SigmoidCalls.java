package io.github.logitops.support;

import io.github.logitops.support.OpCall.Ran;
import java.util.List;

/** Calls of sigmoid and log-sigmoid. */
final class SigmoidCalls {
    private SigmoidCalls() {}

    static void addTo(OpCall.Calls calls) {
        calls.add("sigmoid.forward", null, SigmoidCalls::sigmoid);
        calls.add("sigmoid.backward", null, SigmoidCalls::sigmoidBackward);
        calls.add("logSigmoid.forward", null, SigmoidCalls::logSigmoid);
        calls.add("logSigmoid.backward", null, SigmoidCalls::logSigmoidBackward);
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
