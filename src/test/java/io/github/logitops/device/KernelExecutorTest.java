package io.github.logitops.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.logitops.CrossEntropy;
import io.github.logitops.CrossEntropyResult;
import io.github.logitops.CrossEntropyShard;
import io.github.logitops.DistillationResult;
import io.github.logitops.EntropyResult;
import io.github.logitops.LogSumExpResult;
import io.github.logitops.LogitOps;
import io.github.logitops.OpenOptions;
import io.github.logitops.SelectedLogProb;
import io.github.logitops.SelectedLogProbResult;
import io.github.logitops.Sessions;
import io.github.logitops.cpu.HostDriver;
import io.github.logitops.driver.KernelArguments;
import io.github.logitops.driver.Launch;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.GradScale;
import io.github.logitops.op.Mask;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.DistillationOptions;
import io.github.logitops.spec.Layout;
import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.SelectedLogProbOptions;
import io.github.logitops.spec.Shape;
import io.github.logitops.support.Problems;
import io.github.logitops.support.WatchedDriver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which kernels an op launches, in which order and with which arguments; no kernel runs here. */
class KernelExecutorTest {
    private final WatchedDriver driver = new WatchedDriver(new HostDriver());
    private final LogitOps ops = Sessions.over(driver, new KernelExecutor(driver), OpenOptions.defaults());
    private final Stream stream = ops.newStream();
    private final List<Tensor> tensors = new ArrayList<>();

    @AfterEach
    void close() {
        tensors.forEach(Tensor::close);
        stream.close();
        ops.close();
        driver.assertNothingHeld();
    }

    private Tensor tensor(DType dtype, long... extents) {
        Tensor tensor = ops.empty(dtype, Shape.of(extents));
        tensors.add(tensor);
        return tensor;
    }

    private List<String> launched() {
        List<String> launched = driver.launches().stream().map(Launch::toString).toList();
        driver.launches().clear();
        return launched;
    }

    @Test
    void argumentsAreOutputsInputsShapeStridesNumbers() {
        Tensor y = ops.empty(DType.F32, new Layout(Shape.of(4, 10), 12));
        Tensor dy = tensor(DType.F32, 4, 10);
        Tensor dx = ops.empty(DType.F32, new Layout(Shape.of(4, 10), 16));
        tensors.addAll(List.of(y, dx));
        ops.softmax().backward(y, dy, GradScale.of(2.5), dx, stream);
        assertEquals(
                List.of(
                        "POINTER " + dx.address(),
                        "POINTER " + y.address(),
                        "POINTER " + dy.address(),
                        "POINTER 0",
                        "INT64 4",
                        "INT64 1",
                        "INT32 10",
                        "INT64 16",
                        "INT64 1",
                        "INT64 12",
                        "INT64 1",
                        "INT64 10",
                        "INT64 1",
                        "FLOAT64 " + Double.doubleToRawLongBits(2.5),
                        "INT32 1"), // batches that are kept
                describe(driver.launches().get(0).arguments()));
        assertEquals(List.of("softmax_bwd_rows_f32, grid=[1,1,1], block=[2,64,1], shared=10240"), launched());
    }

    @Test
    void theGradientNeedsTheLabelsFirstAndTheLossLast() {
        Tensor x = tensor(DType.BF16, 3, 7);
        Tensor labels = tensor(DType.I64, 3);
        CrossEntropyOptions options = CrossEntropyOptions.defaults();
        ops.crossEntropy(options).forwardBackward(x, labels, x, stream).close();
        assertEquals(
                List.of(
                        "label_stats, grid=[1,1,1], block=[256,1,1], shared=0",
                        "cross_entropy_fused_rows_bf16, grid=[1,1,1], block=[1,128,1], shared=4096",
                        "loss_reduce_f32, grid=[1,1,1], block=[256,1,1], shared=0"),
                launched());
        ops.crossEntropy(options.withReduction(Reduction.NONE))
                .forward(x, labels, stream)
                .close();
        assertEquals(
                List.of(
                        "label_stats, grid=[1,1,1], block=[256,1,1], shared=0",
                        "cross_entropy_fwd_rows_bf16, grid=[1,1,1], block=[1,128,1], shared=4096"),
                launched());
    }

    @Test
    void anEmptyBatchLaunchesNoEmptyGrid() {
        Tensor x = tensor(DType.F64, 0, 7);
        Tensor labels = tensor(DType.I32, 0);
        ops.softmax().forward(x, x, stream);
        assertEquals(List.of(), launched());
        ops.crossEntropy(CrossEntropyOptions.defaults())
                .forward(x, labels, stream)
                .close();
        assertEquals(
                List.of(
                        "label_stats, grid=[1,1,1], block=[256,1,1], shared=0",
                        "loss_reduce_f64, grid=[1,1,1], block=[256,1,1], shared=0"),
                launched());
    }

    @Test
    void modulesAreLoadedOnceAndWhenNeeded() {
        Tensor x = tensor(DType.F32, 2, 3);
        assertEquals(List.of(), driver.modules());
        ops.softmax().forward(x, x, stream);
        ops.softmax().forward(x, x, stream);
        assertEquals(List.of("softmax_fwd"), driver.modules());
        ops.logSoftmax().forward(x, x, stream);
        assertEquals(List.of("softmax_fwd", "log_softmax_fwd"), driver.modules());
    }

    @Test
    void everyKernelIsLaunchedBySomeCallWithWhatItDeclares() throws IOException {
        for (DType dtype : List.of(DType.F64, DType.F32, DType.F16, DType.BF16)) {
            for (Axis axis : List.of(Axis.LAST, Axis.of(0))) {
                useEverything(dtype, axis);
            }
        }
        Ceilings ceilings = new Ceilings(driver);
        ceilings.copy(0, 0, 16, stream.handle());
        ceilings.triad(0, 0, 0, 16, stream.handle());
        ceilings.read(0, 0, 16, stream.handle());
        ceilings.fill(0, 0, 16, stream.handle());
        Map<String, List<String>> passed = new TreeMap<>();
        for (Launch launch : driver.launches()) {
            List<String> types = launch.arguments().types().stream()
                    .map(KernelExecutorTest::ptxType)
                    .toList();
            assertEquals(types, passed.getOrDefault(launch.entry(), types), launch.entry());
            passed.put(launch.entry(), types);
        }
        for (int architecture : List.of(75, 80, 90)) {
            Map<String, List<String>> declared = new TreeMap<>();
            PtxFile.all().stream()
                    .filter(file -> file.architecture() == architecture)
                    .forEach(file -> declared.putAll(file.entries()));
            assertEquals(declared, passed, "sm_" + architecture);
        }
    }

    /** PTX types hold bits: addresses and all 64-bit integers are u64. */
    private static String ptxType(KernelArguments.Type type) {
        return switch (type) {
            case POINTER, INT64 -> "u64";
            case INT32 -> "u32";
            case FLOAT64 -> "f64";
        };
    }

    private void useEverything(DType dtype, Axis axis) {
        Tensor x = tensor(dtype, 3, 4);
        Tensor other = tensor(dtype, 3, 4);
        ops.softmax(axis).forward(x, other, stream);
        ops.softmax(axis).backward(x, other, other, stream);
        ops.logSoftmax(axis).forward(x, other, stream);
        ops.logSoftmax(axis).backward(x, other, other, stream);
        Shape rows = x.shape().without(axis);
        Tensor keep = tensor(DType.BOOL, 3, 4);
        ops.maskedSoftmax(axis).forward(x, Mask.keep(keep), other, stream);
        try (LogSumExpResult result = ops.logSumExp(axis).forward(x, stream)) {
            ops.logSumExp(axis).backward(x, result, GradScale.ONE, other, stream);
        }
        try (EntropyResult result = ops.entropy(axis).forward(x, stream)) {
            ops.entropy(axis).backward(x, result, GradScale.ONE, other, stream);
        }
        try (DistillationResult result =
                ops.distillation(DistillationOptions.defaults(), axis).forward(x, other, null, stream)) {
            ops.distillation(DistillationOptions.defaults(), axis)
                    .forwardBackward(x, other, null, GradScale.ONE, x, result, stream);
        }
        for (DType labelType : List.of(DType.I32, DType.I64)) {
            Tensor labels = tensor(labelType, rows.extent(0));
            Tensor weights = tensor(dtype.arithmetic(), 12 / rows.extent(0));
            SelectedLogProb selected = ops.selectedLogProb(SelectedLogProbOptions.defaults(), axis);
            try (SelectedLogProbResult result = selected.forward(x, labels, stream)) {
                selected.backward(x, labels, result, GradScale.ONE, other, stream);
            }
            CrossEntropy loss = ops.crossEntropy(CrossEntropyOptions.defaults(), axis);
            try (CrossEntropyResult result = loss.forward(x, labels, weights, stream)) {
                loss.backward(x, labels, weights, result, x, stream);
                loss.forwardBackward(x, labels, weights, GradScale.ONE, x, result, stream);
                CrossEntropyShard shard = loss.shard(0, 12 / rows.extent(0));
                Tensor partials = tensor(dtype.arithmetic(), 5, rows.extent(0));
                Tensor gathered = tensor(dtype.arithmetic(), 1, 5, rows.extent(0));
                shard.forwardPartials(x, labels, weights, partials, stream);
                shard.combine(gathered, labels, weights, result, stream);
            }
        }
    }

    @Test
    void theCatalogFallsBackToOlderArchitecturesOnly() {
        assertEquals(75, KernelCatalog.architecture(75));
        assertEquals(75, KernelCatalog.architecture(79));
        assertEquals(80, KernelCatalog.architecture(89));
        assertEquals(90, KernelCatalog.architecture(120));
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> KernelCatalog.architecture(70));
        assertEquals("kernels: no PTX for this device: computeCapability=70, oldest=75", e.getMessage());
    }

    @Test
    void everyProblemIsKnown() {
        assertEquals(Problems.all(), new KernelExecutor(driver).problems());
    }

    private static List<String> describe(KernelArguments arguments) {
        List<String> described = new ArrayList<>();
        for (int i = 0; i < arguments.count(); i++) {
            described.add(arguments.type(i) + " " + arguments.bits(i));
        }
        return described;
    }
}
