package io.github.logitops.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.logitops.CrossEntropy;
import io.github.logitops.LogitOps;
import io.github.logitops.OpenOptions;
import io.github.logitops.Sessions;
import io.github.logitops.cpu.HostDriver;
import io.github.logitops.driver.KernelArguments;
import io.github.logitops.driver.Launch;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.ResultPart;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Layout;
import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.Shape;
import io.github.logitops.support.Problems;
import io.github.logitops.support.WatchedDriver;
import java.util.ArrayList;
import java.util.List;
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
    void argumentsAreShapeTensorsNumbers() {
        Tensor y = ops.empty(DType.F32, new Layout(Shape.of(4, 10), 12));
        Tensor dy = tensor(DType.F32, 4, 10);
        Tensor dx = ops.empty(DType.F32, new Layout(Shape.of(4, 10), 16));
        tensors.addAll(List.of(y, dx));
        ops.softmax().backward(y, dy, GradScale.of(2.5), dx, stream);
        assertEquals(
                List.of(
                        "INT64 4",
                        "INT64 1",
                        "INT32 10",
                        "INT32 1", // fragments that are kept
                        "POINTER " + dx.address(),
                        "INT64 16",
                        "INT64 1",
                        "POINTER " + y.address(),
                        "INT64 12",
                        "INT64 1",
                        "POINTER " + dy.address(),
                        "INT64 10",
                        "INT64 1",
                        "POINTER 0",
                        "FLOAT64 " + Double.doubleToRawLongBits(2.5)),
                describe(driver.launches().get(0).arguments()));
        assertEquals(List.of("softmax_bwd_rows_f32, grid=[1,1,1], block=[2,64,1], shared=14336"), launched());
    }

    /** Sums are a launch of their own, behind the rows, and before them for a gradient that is divided by what labels come to. */
    @Test
    void lossesAreTwoLaunchesAndThreeWithTheGradientOfAMean() {
        Tensor x = tensor(DType.BF16, 3, 7);
        Tensor labels = tensor(DType.I64, 3);
        String sums = "batch_sums_f32, grid=[1,1,1], block=[512,1,1], shared=0";
        String forward = "cross_entropy_fwd_plain_rows_bf16, grid=[1,1,1], block=[1,128,1], shared=8192";
        String fused = "cross_entropy_fused_plain_rows_bf16, grid=[1,1,1], block=[1,128,1], shared=8192";
        for (Reduction reduction : Reduction.values()) {
            CrossEntropy op = ops.crossEntropy(CrossEntropyOptions.defaults().withReduction(reduction));
            op.forward(x, labels, stream).close();
            assertEquals(List.of(forward, sums), launched());
            op.forwardBackward(x, labels, x, stream).close();
            assertEquals(reduction == Reduction.MEAN ? List.of(sums, fused, sums) : List.of(fused, sums), launched());
        }
    }

    @Test
    void manyRowsAreAddedUpByManyBlocksButNotByAnyNumber() {
        Tensor x = tensor(DType.F64, 2049, 2);
        Tensor labels = tensor(DType.I32, 2049);
        ops.crossEntropy(CrossEntropyOptions.defaults())
                .forwardBackward(x, labels, x, stream)
                .close();
        String two = "batch_sums_f64, grid=[2,1,1], block=[512,1,1], shared=0";
        List<String> launched = launched();
        assertEquals(List.of(two, two), List.of(launched.get(0), launched.get(2)));
        assertEquals(2048, ResultPart.chunkRows(1 << 19));
        assertEquals(4096, ResultPart.chunkRows((1 << 19) + 1));
        assertEquals(256, ResultPart.chunks(1L << 31));
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
        assertEquals(List.of("batch_sums_f64, grid=[1,1,1], block=[512,1,1], shared=0"), launched());
    }

    @Test
    void modulesAreLoadedOnceAndWhenNeeded() {
        Tensor x = tensor(DType.F32, 2, 3);
        assertEquals(List.of(), driver.modules());
        ops.softmax().forward(x, x, stream);
        ops.softmax().forward(x, x, stream);
        assertEquals(List.of("softmax_fwd_rows_f32"), driver.modules());
        ops.logSoftmax().forward(x, x, stream);
        assertEquals(List.of("softmax_fwd_rows_f32", "log_softmax_fwd_rows_f32"), driver.modules());
    }

    @Test
    void theCatalogFallsBackToOlderArchitecturesOnly() {
        assertEquals(75, KernelManifest.architecture(75));
        assertEquals(75, KernelManifest.architecture(79));
        assertEquals(80, KernelManifest.architecture(89));
        assertEquals(90, KernelManifest.architecture(90));
        assertEquals(90, KernelManifest.architecture(120));
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> KernelManifest.architecture(70));
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
