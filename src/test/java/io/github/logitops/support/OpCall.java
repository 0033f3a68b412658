package io.github.logitops.support;

import io.github.logitops.CrossEntropy;
import io.github.logitops.CrossEntropyResult;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A call of an op on random data, for tests about all kernels alike: whatever a public method launches, some call here does.
 *
 * @param op the method, as in {@code softmax.forward}, and what else tells calls apart
 * @param dtype of the logits
 * @param geometry of the logits
 * @param body makes its tensors and calls it
 */
public record OpCall(String op, DType dtype, Geometry geometry, Body body) {
    /** What a call does on a bench. */
    public interface Body {
        Ran run(OpCall call, Bench bench);
    }

    /**
     * A call that was made.
     *
     * @param rows its tensors that have the logits' shape, by name
     * @param others what it wrote besides
     */
    public record Ran(Map<String, DeviceRows> rows, List<double[]> others) {
        /** All that it wrote, and what it was to leave alone. */
        public List<double[]> values() {
            List<double[]> values = new ArrayList<>(others);
            rows.values().forEach(each -> values.addAll(List.of(each.read())));
            return values;
        }
    }

    /** One call of each op. */
    public static List<OpCall> ofEveryOp(DType dtype, Geometry geometry) {
        List<OpCall> calls = new ArrayList<>(List.of(
                new OpCall("softmax.forward", dtype, geometry, OpCall::softmaxForward),
                new OpCall("softmax.backward", dtype, geometry, OpCall::softmaxBackward),
                new OpCall("logSoftmax.forward", dtype, geometry, OpCall::logSoftmaxForward),
                new OpCall("logSoftmax.backward", dtype, geometry, OpCall::logSoftmaxBackward)));
        for (DType labels : new DType[] {DType.I32, DType.I64}) {
            String of = " " + labels;
            calls.add(new OpCall(
                    "crossEntropy.forward" + of, dtype, geometry, (c, bench) -> c.crossEntropyForward(bench, labels)));
            calls.add(new OpCall(
                    "crossEntropy.backward" + of,
                    dtype,
                    geometry,
                    (c, bench) -> c.crossEntropyBackward(bench, labels)));
            calls.add(new OpCall(
                    "crossEntropy.forwardBackward" + of,
                    dtype,
                    geometry,
                    (c, bench) -> c.crossEntropyForwardBackward(bench, labels)));
        }
        return calls;
    }

    /** The method alone, as in {@code crossEntropy.forward}. */
    public String method() {
        return op.split(" ")[0];
    }

    /** Whether it leaves rows that do not count unread. */
    public boolean isGradientOfLosses() {
        return method().matches("crossEntropy\\.(backward|forwardBackward)");
    }

    /** Makes the call; the values are those after all work is done. */
    public Ran run(Bench bench) {
        Ran ran = body.run(this, bench);
        bench.stream().synchronize();
        return ran;
    }

    private DeviceRows logits(Bench bench) {
        return bench.rows(dtype, geometry, new Data(60).logits(geometry.rows(), geometry.classes()));
    }

    private DeviceRows values(Bench bench, long seed) {
        return bench.rows(dtype, geometry, new Data(seed).values(geometry.rows(), geometry.classes()));
    }

    private Ran softmaxForward(Bench bench) {
        DeviceRows x = logits(bench);
        DeviceRows y = bench.poisoned(dtype, geometry);
        bench.ops().softmax(geometry.specAxis()).forward(x.tensor(), y.tensor(), bench.stream());
        return new Ran(named("x", x, "y", y), List.of());
    }

    private Ran softmaxBackward(Bench bench) {
        DeviceRows y = values(bench, 61);
        DeviceRows dy = values(bench, 62);
        DeviceRows dx = bench.poisoned(dtype, geometry);
        bench.ops().softmax(geometry.specAxis()).backward(y.tensor(), dy.tensor(), dx.tensor(), bench.stream());
        return new Ran(named("y", y, "dy", dy, "dx", dx), List.of());
    }

    private Ran logSoftmaxForward(Bench bench) {
        DeviceRows x = logits(bench);
        DeviceRows y = bench.poisoned(dtype, geometry);
        bench.ops().logSoftmax(geometry.specAxis()).forward(x.tensor(), y.tensor(), bench.stream());
        return new Ran(named("x", x, "y", y), List.of());
    }

    private Ran logSoftmaxBackward(Bench bench) {
        DeviceRows y = values(bench, 61);
        DeviceRows dy = values(bench, 62);
        DeviceRows dx = bench.poisoned(dtype, geometry);
        bench.ops().logSoftmax(geometry.specAxis()).backward(y.tensor(), dy.tensor(), dx.tensor(), bench.stream());
        return new Ran(named("y", y, "dy", dy, "dx", dx), List.of());
    }

    private Ran crossEntropyForward(Bench bench, DType labels) {
        DeviceRows x = logits(bench);
        try (CrossEntropyResult result =
                crossEntropy(bench).forward(x.tensor(), labels(bench, labels), weights(bench), bench.stream())) {
            return new Ran(named("x", x), written(result, bench));
        }
    }

    private Ran crossEntropyBackward(Bench bench, DType labels) {
        DeviceRows x = logits(bench);
        DeviceRows dx = bench.poisoned(dtype, geometry);
        Stream stream = bench.stream();
        Tensor y = labels(bench, labels);
        Tensor w = weights(bench);
        CrossEntropy loss = crossEntropy(bench);
        try (CrossEntropyResult result = loss.forward(x.tensor(), y, w, stream)) {
            loss.backward(x.tensor(), y, w, result, dx.tensor(), stream);
            return new Ran(named("x", x, "dx", dx), written(result, bench));
        }
    }

    private Ran crossEntropyForwardBackward(Bench bench, DType labels) {
        DeviceRows x = logits(bench);
        DeviceRows dx = bench.poisoned(dtype, geometry);
        try (CrossEntropyResult result = crossEntropy(bench)
                .forwardBackward(x.tensor(), labels(bench, labels), weights(bench), dx.tensor(), bench.stream())) {
            return new Ran(named("x", x, "dx", dx), written(result, bench));
        }
    }

    /** With smoothing and weights, so that every reduction of the kernels takes part. */
    private CrossEntropy crossEntropy(Bench bench) {
        return bench.ops().crossEntropy(CrossEntropyOptions.defaults().withLabelSmoothing(0.1), geometry.specAxis());
    }

    private Tensor labels(Bench bench, DType type) {
        return bench.labels(type, geometry.rowShape(), new Data(63).labels(geometry.rows(), geometry.classes(), -100));
    }

    private Tensor weights(Bench bench) {
        return bench.vector(dtype.arithmetic(), Shape.of(geometry.classes()), new Data(64).weights(geometry.classes()));
    }

    private static List<double[]> written(CrossEntropyResult result, Bench bench) {
        double[] rowLosses = result.rowLosses().downloadDoubles(bench.stream());
        double[] lse = result.lse().downloadDoubles(bench.stream());
        return List.of(new double[] {result.await()}, rowLosses, lse);
    }

    private static Map<String, DeviceRows> named(Object... namesAndRows) {
        Map<String, DeviceRows> rows = new LinkedHashMap<>();
        for (int i = 0; i < namesAndRows.length; i += 2) {
            rows.put((String) namesAndRows[i], (DeviceRows) namesAndRows[i + 1]);
        }
        return rows;
    }

    @Override
    public String toString() {
        return op + " " + dtype + " " + geometry;
    }
}
