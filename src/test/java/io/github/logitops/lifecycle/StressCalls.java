package io.github.logitops.lifecycle;

import static io.github.logitops.lifecycle.StressSession.ROWS;
import static io.github.logitops.lifecycle.StressSession.SHAPE;

import io.github.logitops.CrossEntropy;
import io.github.logitops.CrossEntropyResult;
import io.github.logitops.CrossEntropyShard;
import io.github.logitops.Distillation;
import io.github.logitops.DistillationResult;
import io.github.logitops.EntropyResult;
import io.github.logitops.LogSumExpResult;
import io.github.logitops.LogitOps;
import io.github.logitops.SelectedLogProb;
import io.github.logitops.SelectedLogProbResult;
import io.github.logitops.lifecycle.StressSession.Kind;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Mask;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.CrossEntropyProblem;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.DistillationOptions;
import io.github.logitops.spec.RowOutput;
import io.github.logitops.spec.SelectedLogProbOptions;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;

/** A call of every op in every form, and of everything else that works on tensors and streams that others may close. */
final class StressCalls {
    static final int LARGE = 400_000; // more than a copy does at once

    private static final CrossEntropyOptions LOSS =
            CrossEntropyOptions.defaults().withZLoss(0.1).withOutputs(RowOutput.values());

    static final List<Call> ALL = List.of(
            StressCalls::hostSoftmaxes,
            StressCalls::hostRowValues,
            StressCalls::hostLosses,
            StressCalls::softmaxes,
            StressCalls::maskedSoftmax,
            StressCalls::logSumExp,
            StressCalls::entropy,
            StressCalls::selectedLogProb,
            StressCalls::distillation,
            StressCalls::crossEntropy,
            StressCalls::crossEntropyNewResults,
            StressCalls::shard,
            StressCalls::largeUpload,
            StressCalls::transfers,
            StressCalls::makes,
            (session, random) -> session.stream(random).waitFor(session.stream(random)),
            (session, random) -> session.stream(random).synchronize(),
            (session, random) -> session.replaceStream(random),
            (session, random) -> session.replaceTensor(random),
            (session, random) -> session.replaceTensor(random));

    private static final float[] X = new float[15];
    private static final float[] R = new float[3];
    private static final int[] Y = new int[3];

    private StressCalls() {}

    /** A call on a session that may be closed in its midst. */
    interface Call {
        void run(StressSession session, Random random);
    }

    private static void hostSoftmaxes(StressSession session, Random random) {
        LogitOps ops = session.ops;
        ops.softmax().forward(X, SHAPE);
        ops.softmax().backward(X, X, SHAPE);
        ops.logSoftmax().forward(new double[15], SHAPE);
        ops.logSoftmax().backward(X, X, SHAPE);
        ops.maskedSoftmax().forwardCausal(X, SHAPE);
        ops.maskedSoftmax().forward(X, SHAPE, new boolean[15], SHAPE);
        ops.maskedSoftmax().forward(X, SHAPE, X, SHAPE);
    }

    private static void hostRowValues(StressSession session, Random random) {
        LogitOps ops = session.ops;
        ops.logSumExp().forward(X, SHAPE);
        ops.logSumExp().backward(X, R, SHAPE);
        ops.entropy().forward(X, SHAPE);
        ops.entropy().backward(X, R, SHAPE);
        SelectedLogProb selected = ops.selectedLogProb(SelectedLogProbOptions.defaults());
        selected.forward(X, Y, SHAPE);
        selected.backward(X, Y, R, SHAPE);
    }

    private static void hostLosses(StressSession session, Random random) {
        Distillation distillation = session.ops.distillation(DistillationOptions.defaults());
        distillation.forward(X, X, Y, SHAPE);
        distillation.forwardBackward(X, X, Y, GradScale.ONE, SHAPE);
        CrossEntropy loss = session.ops.crossEntropy(LOSS);
        loss.forward(X, Y, SHAPE);
        loss.forwardBackward(X, Y, SHAPE);
        loss.forward(X, X, null, SHAPE);
        loss.forwardBackward(X, X, null, GradScale.ONE, SHAPE);
    }

    private static void softmaxes(StressSession session, Random random) {
        Stream stream = session.stream(random);
        Tensor x = session.tensor(Kind.LOGITS, random);
        Tensor dx = session.tensor(Kind.GRADIENT, random);
        session.ops.softmax().forward(x, dx, stream);
        session.ops.softmax().backward(x, dx, dx, stream);
        session.ops.logSoftmax().forward(x, x, stream);
        session.ops.logSoftmax().backward(x, dx, dx, stream);
    }

    private static void maskedSoftmax(StressSession session, Random random) {
        Tensor x = session.tensor(Kind.LOGITS, random);
        Mask mask = Mask.keep(session.tensor(Kind.MASK, random)).andCausal();
        session.ops.maskedSoftmax().forward(x, mask, x, session.stream(random));
        Mask additive = Mask.additive(session.tensor(Kind.GRADIENT, random));
        session.ops.maskedSoftmax().forward(x, additive, x, session.stream(random));
    }

    private static void logSumExp(StressSession session, Random random) {
        Stream stream = session.stream(random);
        Tensor x = session.tensor(Kind.HALVES, random);
        session.ops.logSumExp().forward(x, session.tensor(Kind.ROW_VALUES, random), stream);
        try (LogSumExpResult result = session.ops.logSumExp().forward(x, stream)) {
            GradScale scale = GradScale.perRow(session.tensor(Kind.ROW_VALUES, random));
            session.ops.logSumExp().backward(x, result, scale, x, session.stream(random));
            result.lse().download(stream);
        }
    }

    private static void entropy(StressSession session, Random random) {
        Stream stream = session.stream(random);
        Tensor x = session.tensor(Kind.LOGITS, random);
        try (EntropyResult result = session.ops.entropy().forward(x, stream)) {
            session.ops.entropy().forward(x, result, session.stream(random));
            session.ops.entropy().backward(x, result, GradScale.ONE, x, session.stream(random));
        }
    }

    private static void selectedLogProb(StressSession session, Random random) {
        SelectedLogProb op = session.ops.selectedLogProb(SelectedLogProbOptions.defaults());
        Tensor x = session.tensor(Kind.LOGITS, random);
        Tensor y = session.tensor(Kind.LABELS, random);
        try (SelectedLogProbResult result = op.forward(x, y, session.stream(random))) {
            op.backward(x, y, result, GradScale.ONE, x, session.stream(random));
            result.countedRows();
        }
    }

    private static void distillation(StressSession session, Random random) {
        Distillation op = session.ops.distillation(DistillationOptions.defaults());
        Tensor x = session.tensor(Kind.LOGITS, random);
        Tensor t = session.tensor(Kind.GRADIENT, random);
        Tensor y = session.tensor(Kind.LABELS, random);
        try (DistillationResult result = op.forward(x, t, y, session.stream(random))) {
            op.forwardBackward(x, t, y, GradScale.ONE, x, result, session.stream(random));
            result.await();
        }
    }

    private static void crossEntropy(StressSession session, Random random) {
        CrossEntropy op = session.ops.crossEntropy(LOSS);
        Tensor x = session.tensor(Kind.LOGITS, random);
        Tensor dx = session.tensor(Kind.GRADIENT, random);
        Tensor y = session.tensor(Kind.LABELS, random);
        Tensor w = session.tensor(Kind.WEIGHTS, random);
        try (CrossEntropyResult result = op.newResult(DType.F32, SHAPE, session.stream(random))) {
            op.forward(x, y, w, result, session.stream(random));
            op.backward(x, y, w, result, dx, session.stream(random));
            op.forwardBackward(x, y, w, GradScale.ONE, dx, result, session.stream(random));
            result.await();
            result.awaitZLoss();
            result.correctRows();
        }
    }

    /** Results that may be closed with checks of their labels still due. */
    private static void crossEntropyNewResults(StressSession session, Random random) {
        CrossEntropy op = session.ops.crossEntropy(LOSS);
        Tensor x = session.tensor(Kind.LOGITS, random);
        Tensor y = session.tensor(Kind.LABELS, random);
        op.forward(x, y, session.stream(random)).close();
        op.forwardBackward(x, y, x, session.stream(random)).close();
    }

    private static void shard(StressSession session, Random random) {
        CrossEntropyShard op =
                session.ops.crossEntropy(CrossEntropyOptions.defaults()).shard(0, 5);
        Stream stream = session.stream(random);
        Tensor x = session.tensor(Kind.LOGITS, random);
        Tensor y = session.tensor(Kind.LABELS, random);
        try (Tensor gathered = session.ops.empty(DType.F32, CrossEntropyProblem.Partials.shape(ROWS, 1));
                Tensor partials = op.newPartials(DType.F32, SHAPE);
                CrossEntropyResult result = op.newResult(DType.F32, SHAPE, stream)) {
            op.forwardPartials(x, y, null, partials, stream);
            op.combine(gathered, y, null, result, stream);
            op.backward(x, y, null, result, GradScale.ONE, x, stream);
        }
    }

    private static void largeUpload(StressSession session, Random random) {
        session.tensor(Kind.LARGE, random).upload(new float[LARGE], session.stream(random));
        session.tensor(Kind.LARGE, random).download(session.stream(random));
    }

    private static void transfers(StressSession session, Random random) {
        Stream stream = session.stream(random);
        session.tensor(Kind.LOGITS, random).upload(X, stream);
        session.tensor(Kind.GRADIENT, random).downloadDoubles(session.stream(random));
        session.tensor(Kind.HALVES, random).upload(ByteBuffer.allocate(30), stream);
        session.tensor(Kind.HALVES, random).downloadBits(stream);
        session.tensor(Kind.MASK, random).upload(new boolean[15], stream);
        session.tensor(Kind.LABELS, random).downloadLabels(stream);
        session.tensor(Kind.WEIGHTS, random).useOn(stream);
    }

    private static void makes(StressSession session, Random random) {
        LogitOps ops = session.ops;
        ops.memoryStatistics();
        ops.empty(DType.F64, SHAPE).close();
        ops.upload(X, DType.F32, SHAPE, session.stream(random)).close();
        ops.labels(new long[3], session.stream(random)).close();
        Stream stream = ops.newStream();
        ops.wrapStream(stream.handle()).close();
        stream.close();
        Tensor tensor = ops.empty(DType.F32, SHAPE);
        ops.wrap(tensor.address(), DType.F32, SHAPE).close();
        tensor.close();
    }
}
