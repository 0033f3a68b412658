package io.github.logitops.driver.jcuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.Backend;
import io.github.logitops.CrossEntropy;
import io.github.logitops.CrossEntropyResult;
import io.github.logitops.CrossEntropyShard;
import io.github.logitops.Distillation;
import io.github.logitops.DistillationResult;
import io.github.logitops.EntropyResult;
import io.github.logitops.LogSumExpResult;
import io.github.logitops.LogitOps;
import io.github.logitops.OpenOptions;
import io.github.logitops.SelectedLogProb;
import io.github.logitops.SelectedLogProbResult;
import io.github.logitops.base.Resources;
import io.github.logitops.driver.Graphs;
import io.github.logitops.memory.DriverException;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Mask;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.CrossEntropyProblem;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.DistillationOptions;
import io.github.logitops.spec.SelectedLogProbOptions;
import io.github.logitops.spec.Shape;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.function.Executable;

/** Ops on a stream that its owner captures into a CUDA graph, on the stub. */
final class StubCaptures implements StubMain.Scenarios {
    private static final Shape SHAPE = Shape.of(2, 3);
    private static final Shape ROWS = Shape.of(2);

    private final JCudaDriver owner = JCudaDriver.open(0); // another one on the same device
    private final Graphs graphs = owner.graphs().orElseThrow();
    private final StubLog log = new StubLog();
    private final LogitOps ops =
            LogitOps.open(Backend.CUDA, OpenOptions.defaults().withCacheLimitBytes(0));
    private final Stream stream = ops.newStream();
    private final Tensor x = ops.empty(DType.F32, SHAPE);
    private final Tensor dx = ops.empty(DType.F32, SHAPE);
    private final Tensor labels = ops.labels(new int[2], stream);
    private final CrossEntropy loss = ops.crossEntropy(CrossEntropyOptions.defaults());
    private final CrossEntropyResult result = loss.newResult(DType.F32, SHAPE, stream);

    @Override
    public void close() {
        Resources.closeAll(List.of(result, labels, dx, x, stream, ops, owner));
    }

    void everyFormThatAllocatesNothingIsRecordedAndReplayed() {
        try (LogSumExpResult lse = ops.logSumExp().newResult(DType.F32, SHAPE, stream);
                EntropyResult entropy = ops.entropy().newResult(DType.F32, SHAPE, stream);
                SelectedLogProbResult selected = selected().newResult(DType.F32, SHAPE, stream);
                DistillationResult distilled = distillation().newResult(DType.F32, SHAPE, stream);
                Tensor perRow = ops.empty(DType.F32, ROWS);
                Tensor partials = ops.empty(DType.F32, CrossEntropyProblem.Partials.shape(ROWS));
                Tensor gathered = ops.empty(DType.F32, CrossEntropyProblem.Partials.shape(ROWS, 1))) {
            Runnable all = () -> {
                ops.softmax().forward(x, dx, stream);
                ops.softmax().backward(x, dx, dx, stream);
                ops.logSoftmax().forward(x, dx, stream);
                ops.logSoftmax().backward(x, dx, dx, stream);
                ops.maskedSoftmax().forward(x, Mask.causal(), dx, stream);
                ops.logSumExp().forward(x, perRow, stream);
                ops.logSumExp().forward(x, lse, stream);
                ops.logSumExp().backward(x, lse, GradScale.perRow(perRow), dx, stream);
                ops.entropy().forward(x, entropy, stream);
                ops.entropy().backward(x, entropy, GradScale.ONE, dx, stream);
                selected().forward(x, labels, selected, stream);
                selected().backward(x, labels, selected, GradScale.ONE, dx, stream);
                distillation().forward(x, dx, labels, distilled, stream);
                distillation().forwardBackward(x, dx, labels, GradScale.ONE, x, distilled, stream);
                loss.forward(x, labels, null, result, stream);
                loss.backward(x, labels, null, result, dx, stream);
                loss.forwardBackward(x, labels, null, GradScale.ONE, dx, result, stream);
                CrossEntropyShard shard = loss.shard(0, 3);
                shard.forwardPartials(x, labels, null, partials, stream);
                shard.combine(gathered, labels, null, result, stream);
            };
            all.run(); // loads the kernels
            stream.synchronize();
            List<String> launches = names(log.calls("cuLaunchKernel"));
            graphs.begin(stream.handle());
            assertTrue(stream.isCapturing());
            all.run();
            long graph = graphs.end(stream.handle());
            assertFalse(stream.isCapturing());
            assertEquals(launches, names(log.calls("cuLaunchKernel")));
            graphs.replay(graph, stream.handle());
            assertEquals(List.of("cuGraphLaunch " + String.join(" ", launches)), log.calls("cuGraphLaunch"));
            graphs.destroy(graph);
        }
    }

    private static List<String> names(List<String> launches) {
        return launches.stream().map(line -> line.split(" ")[1]).collect(Collectors.toList());
    }

    void whatCannotBeRecordedIsNamedAndBreaksNothing() {
        ops.softmax().forward(x, dx, stream);
        loss.forward(x, labels, null, result, stream);
        try (Stream other = ops.newStream()) {
            graphs.begin(stream.handle());
            String handle = "stream=" + stream.handle();
            assertRefused("synchronize: cannot be captured into a graph: " + handle, stream::synchronize);
            assertRefused("close: cannot be captured into a graph: " + handle, stream::close);
            assertRefused("upload: cannot be captured into a graph: " + handle, () -> x.upload(new float[6], stream));
            assertRefused("download: cannot be captured into a graph: " + handle, () -> x.download(stream));
            assertRefused("await: cannot be captured into a graph: " + handle, result::await);
            assertRefused("await: cannot be captured into a graph: " + handle, result::countedRows);
            assertRefused(
                    "waitFor: work outside a graph cannot be waited for in it: " + handle + ", other=" + other.handle(),
                    () -> stream.waitFor(other));
            assertRefused(
                    "crossEntropy.forward: a form that allocates cannot be captured: stream=" + stream,
                    () -> loss.forward(x, labels, stream));
            assertRefused(
                    "crossEntropy: a form that allocates cannot be captured: stream=" + stream,
                    () -> loss.newResult(DType.F32, SHAPE, stream));
            assertRefused(
                    "entropy: a form that allocates cannot be captured: stream=" + stream,
                    () -> ops.entropy().newResult(DType.F32, SHAPE, stream));
            assertRefused(
                    "labels: a form that allocates cannot be captured: stream=" + stream,
                    () -> ops.labels(new int[2], stream));
            ops.softmax().forward(x, dx, stream);
            graphs.destroy(graphs.end(stream.handle())); // CUDA would refuse what was broken
        }
    }

    void aTensorThatIsClosedDuringACaptureIsFreedAfterIt() {
        Tensor y = ops.empty(DType.F32, SHAPE);
        ops.softmax().forward(x, y, stream);
        graphs.begin(stream.handle());
        ops.softmax().forward(x, y, stream);
        log.calls();
        y.close();
        assertEquals(List.of(), log.calls("cuMemFree"));
        long graph = graphs.end(stream.handle());
        ops.empty(DType.F32, SHAPE).close();
        assertEquals(2, log.calls("cuMemFree").size());
        assertEquals(
                "cuGraphLaunch failed: CUDA_ERROR_ILLEGAL_ADDRESS (700): graph=" + Cuda.hex(graph) + ", stream="
                        + Cuda.hex(stream.handle()),
                assertThrows(DriverException.class, () -> graphs.replay(graph, stream.handle()))
                        .getMessage());
        graphs.destroy(graph);
    }

    private static void assertRefused(String message, Executable call) {
        assertEquals(message, assertThrows(IllegalStateException.class, call).getMessage());
    }

    private Distillation distillation() {
        return ops.distillation(DistillationOptions.defaults());
    }

    private SelectedLogProb selected() {
        return ops.selectedLogProb(SelectedLogProbOptions.defaults());
    }
}
