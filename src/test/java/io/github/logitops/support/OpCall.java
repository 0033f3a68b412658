package io.github.logitops.support;

import io.github.logitops.CrossEntropy;
import io.github.logitops.CrossEntropyResult;
import io.github.logitops.CrossEntropyShard;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.CrossEntropyProblem;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.RowOutput;
import io.github.logitops.spec.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A call of an op on random data, for tests about all kernels alike: whatever a public method launches, some call here does.
 *
 * @param method as in {@code softmax.forward}
 * @param targets of a cross entropy; else null
 * @param dtype of the logits
 * @param geometry of the logits
 * @param inputs what may be chosen of its data
 * @param body makes its tensors and calls it
 */
public record OpCall(String method, Targets targets, DType dtype, Geometry geometry, Inputs inputs, Body body) {
    /** What a call does on a bench. */
    public interface Body {
        Ran run(OpCall call, Bench bench);
    }

    /**
     * What of a call's data matters to some tests.
     *
     * @param logits by row and class
     * @param reduction of losses
     */
    public record Inputs(double[][] logits, Reduction reduction) {
        /** Logits with outliers, and means. */
        public static Inputs random(Geometry geometry) {
            return new Inputs(new Data(60).logits(geometry.rows(), geometry.classes()), Reduction.MEAN);
        }
    }

    /** What a cross entropy is given, so that between them every kernel and every reduction in it takes part. */
    public enum Targets {
        PLAIN_LABELS(CrossEntropyOptions.defaults()),
        WEIGHTED_LABELS(CrossEntropyOptions.defaults().withLogitScale(1.5).withZLoss(0.01)),
        SMOOTH_LABELS(CrossEntropyOptions.defaults().withLabelSmoothing(0.1).withZLoss(0.01)),
        LABELS(CrossEntropyOptions.defaults().withLabelSmoothing(0.1)),
        LONG_LABELS_AND_EVERY_OUTPUT(
                CrossEntropyOptions.defaults().withZLoss(0.01).withSoftCap(30).withOutputs(RowOutput.values())),
        PROBABILITIES_AND_EVERY_OUTPUT(CrossEntropyOptions.defaults()
                .withLabelSmoothing(0.1)
                .withZLoss(0.01)
                .withOutputs(RowOutput.values()));

        private final CrossEntropyOptions options;

        Targets(CrossEntropyOptions options) {
            this.options = options;
        }

        /** Whether there are all of {@link RowOutput} and z-losses. */
        public boolean everyOutput() {
            return !options.outputs().isEmpty();
        }
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
        return ofEveryOp(dtype, geometry, Inputs.random(geometry));
    }

    /** The same on these inputs. */
    public static List<OpCall> ofEveryOp(DType dtype, Geometry geometry, Inputs inputs) {
        Calls calls = new Calls(dtype, geometry, inputs);
        calls.add("softmax.forward", null, OpCall::softmaxForward);
        calls.add("softmax.backward", null, OpCall::softmaxBackward);
        calls.add("logSoftmax.forward", null, OpCall::logSoftmaxForward);
        calls.add("logSoftmax.backward", null, OpCall::logSoftmaxBackward);
        for (Targets targets : Targets.values()) {
            calls.add("crossEntropy.forward", targets, OpCall::crossEntropyForward);
            calls.add("crossEntropy.backward", targets, OpCall::crossEntropyBackward);
            calls.add("crossEntropy.forwardBackward", targets, OpCall::crossEntropyForwardBackward);
        }
        RowValueCalls.addTo(calls);
        calls.add("crossEntropyShard", Targets.LABELS, OpCall::crossEntropyShard);
        SigmoidCalls.addTo(calls);
        return calls.all;
    }

    /** Causal softmax, which is not among those: what is seen of a row depends on the others. */
    public static OpCall causal(DType dtype, Geometry geometry) {
        Calls calls = new Calls(dtype, geometry, Inputs.random(geometry));
        RowValueCalls.addCausalTo(calls);
        return calls.all.get(0);
    }

    /** Calls of one dtype on one geometry. */
    record Calls(DType dtype, Geometry geometry, Inputs inputs, List<OpCall> all) {
        private Calls(DType dtype, Geometry geometry, Inputs inputs) {
            this(dtype, geometry, inputs, new ArrayList<>());
        }

        void add(String method, Targets targets, Body body) {
            all.add(new OpCall(method, targets, dtype, geometry, inputs, body));
        }
    }

    /** Rows that count in a loss, or simply all. */
    public int countedRows() {
        boolean ignores = targets != null && targets != Targets.PROBABILITIES_AND_EVERY_OUTPUT;
        return geometry.rows() - (ignores ? geometry.rows() / 4 : 0); // as Data.labels says
    }

    /** Rows whose logits are read: of those that do not count nobody wants to know but cross entropy's forward op. */
    public int rowsRead() {
        return method.equals("crossEntropy.forward") ? geometry.rows() : countedRows();
    }

    /** How often a thread looks at the logit of a row's label besides: for its loss, its gradient or both once, and once for its rank. */
    public int looksAtLabels() {
        boolean ranks = targets != null && targets.everyOutput() && !method.equals("crossEntropy.backward");
        int ofRanks = ranks ? countedRows() : 0;
        if (targets == Targets.PROBABILITIES_AND_EVERY_OUTPUT) {
            return ofRanks;
        }
        boolean looks = method.matches("crossEntropy.*|selectedLogProb.forward|(hard|reverse|mixed)Distillation.*");
        return ofRanks + (looks ? countedRows() : 0);
    }

    /** How often it writes the gradient of a label's logit over that of a logit like others. */
    public int gradientsOfLabels() {
        boolean patches =
                method.matches("crossEntropy.*[bB]ackward") && targets != Targets.PROBABILITIES_AND_EVERY_OUTPUT;
        return patches ? countedRows() : 0;
    }

    /** Makes the call; the values are those after all work is done. */
    public Ran run(Bench bench) {
        Ran ran = body.run(this, bench);
        bench.stream().synchronize();
        return ran;
    }

    DeviceRows logits(Bench bench) {
        return bench.rows(dtype, geometry, inputs.logits());
    }

    DeviceRows values(Bench bench, long seed) {
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

    private Ran crossEntropyForward(Bench bench) {
        DeviceRows x = logits(bench);
        try (CrossEntropyResult result =
                crossEntropy(bench).forward(x.tensor(), targets(bench), weights(bench), bench.stream())) {
            return new Ran(named("x", x), written(result, bench));
        }
    }

    private Ran crossEntropyBackward(Bench bench) {
        DeviceRows x = logits(bench);
        DeviceRows dx = bench.poisoned(dtype, geometry);
        Stream stream = bench.stream();
        Tensor y = targets(bench);
        Tensor w = weights(bench);
        CrossEntropy loss = crossEntropy(bench);
        try (CrossEntropyResult result = loss.forward(x.tensor(), y, w, stream)) {
            loss.backward(x.tensor(), y, w, result, dx.tensor(), stream);
            return new Ran(named("x", x, "dx", dx), written(result, bench));
        }
    }

    private Ran crossEntropyForwardBackward(Bench bench) {
        DeviceRows x = logits(bench);
        DeviceRows dx = bench.poisoned(dtype, geometry);
        try (CrossEntropyResult result = crossEntropy(bench)
                .forwardBackward(x.tensor(), targets(bench), weights(bench), dx.tensor(), bench.stream())) {
            return new Ran(named("x", x, "dx", dx), written(result, bench));
        }
    }

    /** All classes in one shard. */
    private Ran crossEntropyShard(Bench bench) {
        DeviceRows x = logits(bench);
        DeviceRows dx = bench.poisoned(dtype, geometry);
        Stream stream = bench.stream();
        Tensor y = targets(bench);
        Tensor w = weights(bench);
        CrossEntropyShard shard = crossEntropy(bench).shard(0, geometry.classes());
        DType arithmetic = dtype.arithmetic();
        Tensor gathered =
                bench.keep(bench.ops().empty(arithmetic, CrossEntropyProblem.Partials.shape(geometry.rowShape(), 1)));
        Tensor partials = bench.keep(bench.ops()
                .wrap(gathered.address(), arithmetic, CrossEntropyProblem.Partials.shape(geometry.rowShape())));
        try (CrossEntropyResult result = shard.newResult(dtype, geometry.shape(), stream)) {
            shard.forwardPartials(x.tensor(), y, w, partials, stream);
            shard.combine(gathered, y, w, result, stream);
            shard.backward(x.tensor(), y, w, result, GradScale.ONE, dx.tensor(), stream);
            return new Ran(named("x", x, "dx", dx), written(result, bench));
        }
    }

    private CrossEntropy crossEntropy(Bench bench) {
        return bench.ops().crossEntropy(targets.options.withReduction(inputs.reduction()), geometry.specAxis());
    }

    Tensor targets(Bench bench) {
        if (targets == Targets.PROBABILITIES_AND_EVERY_OUTPUT) {
            return values(bench, 65).tensor();
        }
        DType type = targets == Targets.LABELS ? DType.I32 : DType.I64;
        return bench.labels(type, geometry.rowShape(), new Data(63).labels(geometry.rows(), geometry.classes(), -100));
    }

    private Tensor weights(Bench bench) {
        if (targets == Targets.PLAIN_LABELS || targets == Targets.SMOOTH_LABELS) {
            return null;
        }
        return bench.vector(dtype.arithmetic(), Shape.of(geometry.classes()), new Data(64).weights(geometry.classes()));
    }

    private List<double[]> written(CrossEntropyResult result, Bench bench) {
        List<Tensor> tensors = new ArrayList<>(List.of(result.loss(), result.rowLosses(), result.lse()));
        if (targets.everyOutput()) {
            tensors.addAll(List.of(result.zLosses(), result.entropy()));
        }
        List<double[]> written = new ArrayList<>();
        tensors.forEach(tensor -> written.add(tensor.downloadDoubles(bench.stream())));
        if (targets.everyOutput()) {
            for (Tensor ints : List.of(result.argmax(), result.ranks())) {
                written.add(Arrays.stream(ints.downloadLabels(bench.stream()))
                        .asDoubleStream()
                        .toArray());
            }
        }
        return written;
    }

    static Map<String, DeviceRows> named(Object... namesAndRows) {
        Map<String, DeviceRows> rows = new LinkedHashMap<>();
        for (int i = 0; i < namesAndRows.length; i += 2) {
            rows.put((String) namesAndRows[i], (DeviceRows) namesAndRows[i + 1]);
        }
        return rows;
    }

    @Override
    public String toString() {
        return method + " " + dtype + " " + geometry + (targets == null ? "" : " " + targets);
    }
}
