package io.github.logitops.support;

import io.github.logitops.Distillation;
import io.github.logitops.DistillationResult;
import io.github.logitops.EntropyResult;
import io.github.logitops.LogSumExpResult;
import io.github.logitops.SelectedLogProb;
import io.github.logitops.SelectedLogProbResult;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Mask;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.DistillationOptions;
import io.github.logitops.spec.Divergence;
import io.github.logitops.spec.SelectedLogProbOptions;
import io.github.logitops.spec.Shape;
import io.github.logitops.spec.TemperatureFactor;
import io.github.logitops.support.OpCall.Ran;
import io.github.logitops.support.OpCall.Targets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Calls of masked softmax, of the ops with one number for each row, and of distillation. */
final class RowValueCalls {
    private final OpCall call;
    private final Bench bench;
    private final Axis axis;

    private RowValueCalls(OpCall call, Bench bench) {
        this.call = call;
        this.bench = bench;
        axis = call.geometry().specAxis();
    }

    /** What a call does with its tensors. */
    private interface Body {
        Ran run(RowValueCalls calls);
    }

    static void addTo(OpCall.Calls calls) {
        DistillationOptions kl = DistillationOptions.defaults()
                .withTemperature(2, TemperatureFactor.SQUARED)
                .withReduction(calls.inputs().reduction());
        DistillationOptions hard = kl.withHardWeight(0.5);
        DistillationOptions reverse = hard.withDivergence(Divergence.REVERSE_KL);
        DistillationOptions mixed =
                kl.withDivergence(Divergence.jensenShannon(0.3)).withHardWeight(0.5);
        add(calls, "maskedSoftmax.forward", null, RowValueCalls::maskedSoftmax);
        add(calls, "additiveMaskedSoftmax.forward", null, RowValueCalls::additiveMaskedSoftmax);
        add(calls, "logSumExp.forward", null, RowValueCalls::logSumExp);
        add(calls, "logSumExp.backward", null, RowValueCalls::logSumExpBackward);
        add(calls, "entropy.forward", null, RowValueCalls::entropy);
        add(calls, "entropy.backward", null, RowValueCalls::entropyBackward);
        Targets labels = Targets.LABELS;
        add(calls, "selectedLogProb.forward", labels, RowValueCalls::selectedLogProb);
        add(calls, "selectedLogProb.backward", labels, RowValueCalls::selectedLogProbBackward);
        add(calls, "distillation.forward", labels, c -> c.distillation(kl));
        add(calls, "distillation.forwardBackward", labels, c -> c.distillationGradient(kl));
        add(calls, "hardDistillation.forward", labels, c -> c.distillation(hard));
        add(calls, "hardDistillation.forwardBackward", labels, c -> c.distillationGradient(hard));
        add(calls, "reverseDistillation.forward", labels, c -> c.distillation(reverse));
        add(calls, "reverseDistillation.forwardBackward", labels, c -> c.distillationGradient(reverse));
        add(calls, "mixedDistillation.forward", labels, c -> c.distillation(mixed));
        add(calls, "mixedDistillation.forwardBackward", labels, c -> c.distillationGradient(mixed));
    }

    /** Of the last axis, in no list of calls: what is seen of a row depends on the others. */
    static void addCausalTo(OpCall.Calls calls) {
        add(calls, "causalMaskedSoftmax.forward", null, c -> c.maskedSoftmax(Mask.causal()));
    }

    private static void add(OpCall.Calls calls, String method, Targets targets, Body body) {
        calls.add(method, targets, (call, bench) -> body.run(new RowValueCalls(call, bench)));
    }

    private Tensor perRow() {
        return bench.keep(
                bench.ops().empty(call.dtype().arithmetic(), call.geometry().rowShape()));
    }

    private Ran ran(DeviceRows x, DeviceRows dx, Tensor... others) {
        List<double[]> written = new ArrayList<>();
        for (Tensor other : others) {
            written.add(other.downloadDoubles(bench.stream()));
        }
        return new Ran(dx == null ? OpCall.named("x", x) : OpCall.named("x", x, "dx", dx), written);
    }

    private DeviceRows poisoned() {
        return bench.poisoned(call.dtype(), call.geometry());
    }

    /** Padding: the last fifth is hidden. */
    private Ran maskedSoftmax() {
        boolean[] seen = new boolean[call.geometry().classes()];
        Arrays.fill(seen, 0, shown(), true);
        return maskedSoftmax(Mask.keep(bench.keep(bench.ops().mask(seen, ofClasses(), bench.stream()))));
    }

    /** The same. */
    private Ran additiveMaskedSoftmax() {
        double[] added = new double[call.geometry().classes()];
        Arrays.fill(added, shown(), added.length, Double.NEGATIVE_INFINITY);
        return maskedSoftmax(Mask.additive(bench.vector(call.dtype(), ofClasses(), added)));
    }

    private int shown() {
        int classes = call.geometry().classes();
        return classes - classes / 5;
    }

    /** The shape of what there is one of per class, and broadcasts to the logits. */
    private Shape ofClasses() {
        long[] extents = new long[call.geometry().shape().rank()];
        Arrays.fill(extents, 1);
        extents[call.geometry().axis()] = call.geometry().classes();
        return Shape.of(extents);
    }

    private Ran maskedSoftmax(Mask mask) {
        DeviceRows x = call.logits(bench);
        DeviceRows y = poisoned();
        bench.ops().maskedSoftmax(axis).forward(x.tensor(), mask, y.tensor(), bench.stream());
        return new Ran(OpCall.named("x", x, "y", y), List.of());
    }

    private Ran logSumExp() {
        DeviceRows x = call.logits(bench);
        Tensor lse = perRow();
        bench.ops().logSumExp(axis).forward(x.tensor(), lse, bench.stream());
        return ran(x, null, lse);
    }

    private Ran logSumExpBackward() {
        DeviceRows x = call.logits(bench);
        DeviceRows dx = poisoned();
        try (LogSumExpResult result = bench.ops().logSumExp(axis).forward(x.tensor(), bench.stream())) {
            bench.ops().logSumExp(axis).backward(x.tensor(), result, GradScale.ONE, dx.tensor(), bench.stream());
            return ran(x, dx, result.lse());
        }
    }

    private Ran entropy() {
        DeviceRows x = call.logits(bench);
        Tensor entropy = perRow();
        bench.ops().entropy(axis).forward(x.tensor(), entropy, bench.stream());
        return ran(x, null, entropy);
    }

    private Ran entropyBackward() {
        DeviceRows x = call.logits(bench);
        DeviceRows dx = poisoned();
        try (EntropyResult result = bench.ops().entropy(axis).forward(x.tensor(), bench.stream())) {
            bench.ops().entropy(axis).backward(x.tensor(), result, GradScale.ONE, dx.tensor(), bench.stream());
            return ran(x, dx, result.entropy(), result.lse());
        }
    }

    private SelectedLogProb selected() {
        return bench.ops().selectedLogProb(SelectedLogProbOptions.defaults(), axis);
    }

    private Ran selectedLogProb() {
        DeviceRows x = call.logits(bench);
        try (SelectedLogProbResult result = selected().forward(x.tensor(), call.targets(bench), bench.stream())) {
            return ran(x, null, result.logProbs(), result.lse());
        }
    }

    private Ran selectedLogProbBackward() {
        DeviceRows x = call.logits(bench);
        DeviceRows dx = poisoned();
        Tensor labels = call.targets(bench);
        try (SelectedLogProbResult result = selected().forward(x.tensor(), labels, bench.stream())) {
            selected().backward(x.tensor(), labels, result, GradScale.ONE, dx.tensor(), bench.stream());
            return ran(x, dx);
        }
    }

    private Ran distillation(DistillationOptions options) {
        DeviceRows x = call.logits(bench);
        Tensor teacher = call.values(bench, 66).tensor();
        Distillation op = bench.ops().distillation(options, axis);
        try (DistillationResult result = op.forward(x.tensor(), teacher, call.targets(bench), bench.stream())) {
            return ran(x, null, result.loss(), result.rowLosses());
        }
    }

    private Ran distillationGradient(DistillationOptions options) {
        DeviceRows x = call.logits(bench);
        DeviceRows dx = poisoned();
        Tensor teacher = call.values(bench, 66).tensor();
        Distillation op = bench.ops().distillation(options, axis);
        try (DistillationResult result =
                op.newResult(call.dtype(), call.geometry().shape(), bench.stream())) {
            op.forwardBackward(
                    x.tensor(), teacher, call.targets(bench), GradScale.ONE, dx.tensor(), result, bench.stream());
            return ran(x, dx, result.loss(), result.rowLosses());
        }
    }
}
