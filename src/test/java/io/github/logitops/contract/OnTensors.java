package io.github.logitops.contract;

import io.github.logitops.CrossEntropyResult;
import io.github.logitops.DistillationResult;
import io.github.logitops.HostCall;
import io.github.logitops.LogitOps;
import io.github.logitops.memory.BinaryTargets;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.HostTensor;
import io.github.logitops.memory.LinearGradients;
import io.github.logitops.memory.LinearLayer;
import io.github.logitops.memory.Mask;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.DistillationOptions;
import io.github.logitops.spec.RowChunks;
import io.github.logitops.spec.SelectedLogProbOptions;
import io.github.logitops.spec.Shape;
import io.github.logitops.spec.SigmoidCrossEntropyOptions;
import io.github.logitops.support.HostArguments;
import java.lang.reflect.Array;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** What a method on tensors gives: the numbers that the one on arrays returns, in that order. */
interface OnTensors {
    RowChunks CHUNKS = RowChunks.ofRows(2);

    Map<String, OnTensors> ALL = Map.ofEntries(
            Map.entry("softmax.forward", forward(ops -> ops.softmax(-1)::forward)),
            Map.entry("softmax.backward", backward(ops -> ops.softmax(-1)::backward)),
            Map.entry("logSoftmax.forward", forward(ops -> ops.logSoftmax(-1)::forward)),
            Map.entry("logSoftmax.backward", backward(ops -> ops.logSoftmax(-1)::backward)),
            Map.entry("maskedSoftmax.forward", (ops, given, host) -> masked(ops, given, host, false)),
            Map.entry("maskedSoftmax.forwardCausal", (ops, given, host) -> masked(ops, given, host, true)),
            Map.entry("maskedSoftmax.backward", backward(ops -> ops.maskedSoftmax(-1)::backward)),
            Map.entry("logSumExp.forward", (ops, given, host) -> {
                Tensor lse = rows(given, host);
                ops.logSumExp(-1).forward(given.tensor("x", host), lse, host.stream());
                return numbers(host, lse);
            }),
            Map.entry("logSumExp.backward", (ops, given, host) -> {
                Tensor dx = logits(given, host);
                Tensor x = given.tensor("x", host);
                var saved = host.closing(ops.logSumExp(-1).forward(x, host.stream()));
                ops.logSumExp(-1).backward(x, saved, given.gradScale(host), dx, host.stream());
                return numbers(host, dx);
            }),
            Map.entry("entropy.forward", (ops, given, host) -> {
                Tensor entropy = rows(given, host);
                ops.entropy(-1).forward(given.tensor("x", host), entropy, host.stream());
                return numbers(host, entropy);
            }),
            Map.entry("entropy.backward", (ops, given, host) -> {
                Tensor dx = logits(given, host);
                Tensor x = given.tensor("x", host);
                var saved = host.closing(ops.entropy(-1).forward(x, host.stream()));
                ops.entropy(-1).backward(x, saved, given.gradScale(host), dx, host.stream());
                return numbers(host, dx);
            }),
            Map.entry("selectedLogProb.forward", (ops, given, host) -> {
                var op = ops.selectedLogProb(SelectedLogProbOptions.defaults(), -1);
                Tensor x = given.tensor("logits", host);
                var result = host.closing(op.forward(x, given.tensor("labels", host), host.stream()));
                return numbers(host, result.logProbs());
            }),
            Map.entry("selectedLogProb.backward", (ops, given, host) -> {
                var op = ops.selectedLogProb(SelectedLogProbOptions.defaults(), -1);
                Tensor x = given.tensor("logits", host);
                Tensor y = given.tensor("labels", host);
                Tensor dx = logits(given, host);
                var saved = host.closing(op.forward(x, y, host.stream()));
                op.backward(x, y, saved, given.gradScale(host), dx, host.stream());
                return numbers(host, dx);
            }),
            Map.entry("distillation.forward", (ops, given, host) -> {
                var op = ops.distillation(options(given), -1);
                DistillationResult result = host.closing(op.forward(
                        given.tensor("student", host),
                        given.tensor("teacher", host),
                        given.tensor("labels", host),
                        host.stream()));
                return numbers(host, result.await(), result.rowLosses(), result.countedRows());
            }),
            Map.entry("distillation.forwardBackward", (ops, given, host) -> {
                var op = ops.distillation(options(given), -1);
                Tensor dx = logits(given, host);
                DistillationResult result = host.closing(op.newResult(dx.dtype(), dx.shape(), host.stream()));
                op.forwardBackward(
                        given.tensor("student", host),
                        given.tensor("teacher", host),
                        given.tensor("labels", host),
                        given.gradScale(host),
                        dx,
                        result,
                        host.stream());
                return numbers(host, result.await(), result.rowLosses(), dx, result.countedRows());
            }),
            Map.entry("crossEntropy.forward", (ops, given, host) -> {
                var op = ops.crossEntropy(CrossEntropyOptions.defaults(), -1);
                CrossEntropyResult result = host.closing(op.forward(
                        given.tensor("logits", host),
                        targets(given, host),
                        given.tensor("weights", host),
                        host.stream()));
                return loss(host, result);
            }),
            Map.entry("crossEntropy.forwardBackward", (ops, given, host) -> {
                var op = ops.crossEntropy(CrossEntropyOptions.defaults(), -1);
                Tensor dx = logits(given, host);
                CrossEntropyResult result = host.closing(op.newResult(dx.dtype(), dx.shape(), host.stream()));
                op.forwardBackward(
                        given.tensor("logits", host),
                        targets(given, host),
                        given.tensor("weights", host),
                        given.gradScale(host),
                        dx,
                        result,
                        host.stream());
                return numbers(host, result.await(), 0, result.rowLosses(), dx, result.countedRows(), 0);
            }),
            Map.entry("sigmoid.forward", forward(ops -> ops.sigmoid()::forward)),
            Map.entry("sigmoid.backward", backward(ops -> ops.sigmoid()::backward)),
            Map.entry("logSigmoid.forward", forward(ops -> ops.logSigmoid()::forward)),
            Map.entry("logSigmoid.backward", backward(ops -> ops.logSigmoid()::backward)),
            Map.entry("sigmoidCrossEntropy.forward", (ops, given, host) -> {
                var op = ops.sigmoidCrossEntropy(SigmoidCrossEntropyOptions.defaults(), -1);
                var result = host.closing(op.forward(given.tensor("logits", host), binary(given, host), host.stream()));
                return numbers(host, result.await(), result.countedElements());
            }),
            Map.entry("sigmoidCrossEntropy.forwardBackward", (ops, given, host) -> {
                var op = ops.sigmoidCrossEntropy(SigmoidCrossEntropyOptions.defaults(), -1);
                Tensor x = given.tensor("logits", host);
                Tensor dx = logits(given, host);
                var result = host.closing(op.newResult(dx.dtype(), dx.shape(), host.stream()));
                op.forwardBackward(x, binary(given, host), given.gradScale(host), dx, result, host.stream());
                return numbers(host, result.await(), dx, result.countedElements());
            }),
            Map.entry("linearCrossEntropy.forward", (ops, given, host) -> {
                var op = ops.linearCrossEntropy(CrossEntropyOptions.defaults(), CHUNKS);
                CrossEntropyResult result = host.closing(op.forward(
                        given.tensor("hidden", host), given.layer(host), targets(given, host), null, host.stream()));
                return loss(host, result);
            }),
            Map.entry("linearCrossEntropy.forwardBackward", (ops, given, host) -> {
                var op = ops.linearCrossEntropy(CrossEntropyOptions.defaults(), CHUNKS);
                Tensor hidden = given.tensor("hidden", host);
                LinearLayer layer = given.layer(host);
                LinearGradients gradients = gradients(hidden, layer, host);
                CrossEntropyResult result = host.closing(
                        op.newResult(hidden.dtype(), hidden.shape(), HostArguments.CLASSES, host.stream()));
                op.forwardBackward(
                        hidden,
                        layer,
                        targets(given, host),
                        null,
                        given.gradScale(host),
                        gradients,
                        result,
                        host.stream());
                List<Object> all = new ArrayList<>(loss(host, result));
                all.addAll(numbers(host, gradients.hidden(), gradients.weight(), gradients.bias()));
                return all;
            }),
            Map.entry("linearSelectedLogProb.forward", (ops, given, host) -> {
                var op = ops.linearSelectedLogProb(SelectedLogProbOptions.defaults(), CHUNKS);
                var result = host.closing(op.forward(
                        given.tensor("hidden", host), given.layer(host), targets(given, host), host.stream()));
                return numbers(host, result.logProbs());
            }),
            Map.entry("linearSelectedLogProb.backward", (ops, given, host) -> {
                var op = ops.linearSelectedLogProb(SelectedLogProbOptions.defaults(), CHUNKS);
                Tensor hidden = given.tensor("hidden", host);
                LinearLayer layer = given.layer(host);
                Tensor y = targets(given, host);
                var saved = host.closing(op.forward(hidden, layer, y, host.stream()));
                LinearGradients gradients = gradients(hidden, layer, host);
                op.backward(hidden, layer, y, saved, given.gradScale(host), gradients, host.stream());
                return numbers(host, gradients.hidden(), gradients.weight(), gradients.bias());
            }));

    /** A method that makes a tensor like its input. */
    interface Forward {
        void run(Tensor x, Tensor y, Stream stream);
    }

    /** Its gradient, from what it made. */
    interface Backward {
        void run(Tensor y, Tensor dy, GradScale gradScale, Tensor dx, Stream stream);
    }

    private static OnTensors forward(Function<LogitOps, Forward> op) {
        return (ops, given, host) -> {
            Tensor y = logits(given, host);
            op.apply(ops).run(given.tensor("x", host), y, host.stream());
            return numbers(host, y);
        };
    }

    private static OnTensors backward(Function<LogitOps, Backward> op) {
        return (ops, given, host) -> {
            Tensor dx = logits(given, host);
            Tensor dy = given.tensor("dy", host);
            op.apply(ops).run(given.tensor("y", host), dy, given.gradScale(host), dx, host.stream());
            return numbers(host, dx);
        };
    }

    private static Tensor logits(HostArguments given, HostCall host) {
        return empty(given.dtype(), Shape.of(3, HostArguments.CLASSES), host);
    }

    private static Tensor rows(HostArguments given, HostCall host) {
        return empty(given.dtype(), HostArguments.ROWS, host);
    }

    private static Tensor empty(DType dtype, Shape shape, HostCall host) {
        return host.out(HostTensor.of(new double[(int) shape.elements()], dtype, shape));
    }

    private static LinearGradients gradients(Tensor hidden, LinearLayer layer, HostCall host) {
        return new LinearGradients(
                empty(hidden.dtype(), hidden.shape(), host),
                empty(hidden.dtype(), layer.weight().shape(), host),
                empty(hidden.dtype(), layer.bias().shape(), host),
                false);
    }

    private static List<Object> masked(LogitOps ops, HostArguments given, HostCall host, boolean causal) {
        Tensor keep = given.tensor("keep", host);
        Tensor additive = given.tensor("additive", host);
        Mask mask = keep != null ? Mask.keep(keep) : additive != null ? Mask.additive(additive) : Mask.causal();
        Tensor y = logits(given, host);
        ops.maskedSoftmax(-1).forward(given.tensor("x", host), causal ? mask.andCausal() : mask, y, host.stream());
        return numbers(host, y);
    }

    private static Tensor targets(HostArguments given, HostCall host) {
        Tensor labels = given.tensor("labels", host);
        return labels != null ? labels : given.tensor("targets", host);
    }

    private static BinaryTargets binary(HostArguments given, HostCall host) {
        return new BinaryTargets(
                given.tensor("targets", host),
                given.tensor("positiveWeights", host),
                given.tensor("elementWeights", host));
    }

    static DistillationOptions options(HostArguments given) {
        return DistillationOptions.defaults().withHardWeight(given.names().contains("labels") ? 0.25 : 0);
    }

    private static List<Object> loss(HostCall host, CrossEntropyResult result) {
        return numbers(host, result.await(), 0, result.rowLosses(), result.lse(), result.countedRows(), 0);
    }

    private static List<Object> numbers(HostCall host, Object... all) {
        List<Object> numbers = new ArrayList<>();
        for (Object one : all) {
            numbers.add(one instanceof Tensor tensor ? tensor.downloadDoubles(host.stream()) : one);
        }
        return flattened(numbers);
    }

    /** The numbers in arrays and records, in order. */
    static List<Object> flattened(Object what) {
        List<Object> all = new ArrayList<>();
        if (what instanceof List<?> list) {
            list.forEach(one -> all.addAll(flattened(one)));
        } else if (what instanceof Record record) {
            for (RecordComponent component : record.getClass().getRecordComponents()) {
                try {
                    all.addAll(flattened(component.getAccessor().invoke(record)));
                } catch (ReflectiveOperationException e) {
                    throw new AssertionError(e);
                }
            }
        } else if (what != null && what.getClass().isArray()) {
            for (int i = 0; i < Array.getLength(what); i++) {
                all.addAll(flattened(Array.get(what, i)));
            }
        } else if (what != null) {
            all.add(((Number) what).doubleValue());
        }
        return all;
    }

    List<Object> run(LogitOps ops, HostArguments given, HostCall host);
}
