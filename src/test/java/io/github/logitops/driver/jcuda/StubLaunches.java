package io.github.logitops.driver.jcuda;

import static io.github.logitops.driver.jcuda.StubScenarios.PTX;
import static io.github.logitops.driver.jcuda.StubScenarios.assertFails;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.driver.ClusterRefusedException;
import io.github.logitops.driver.KernelArguments;
import io.github.logitops.driver.Launch;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import jcuda.driver.CUresult;

/** Modules and launches of JCudaDriver, on the stub. */
final class StubLaunches implements StubMain.Scenarios {
    private final JCudaDriver driver = JCudaDriver.open(0);
    private final StubLog log = new StubLog();

    @Override
    public void close() {
        driver.close();
    }

    void launchesPassEveryKindOfArgument() {
        long module = driver.loadModule("softmax", PTX);
        long function = driver.function(module, "softmax_piildpd");
        KernelArguments arguments = new KernelArguments()
                .pointer(0xCAFE00L)
                .int32(-7)
                .int32(Integer.MAX_VALUE)
                .int64(Long.MIN_VALUE)
                .float64(-0x1.8p-3)
                .pointer(0)
                .float64(Double.POSITIVE_INFINITY);
        driver.launch(new Launch(function, "softmax", 132, 1024, arguments), driver.createStream());
        driver.launch(new Launch(function, "softmax", 1, 32, arguments), 2, 0);
        String values = " 0xcafe00 -7 2147483647 -9223372036854775808 -0x1.8p-3 0x0 inf";
        assertEquals(
                List.of(
                        "cuLaunchKernel softmax_piildpd 132 1 1 1024 1 1 0" + values,
                        "cuLaunchKernel softmax_piildpd 1 1 1 32 1 1 0" + values,
                        "cuLaunchKernel softmax_piildpd 1 1 1 32 1 1 0" + values),
                log.calls("cuLaunchKernel"));
    }

    void launchesMayAskForAllSharedMemoryButTheKernelsOwn() {
        long function = driver.function(driver.loadModule("softmax", PTX), "softmax_l");
        int own = 768; // as the stub has it for every kernel
        int left = driver.maxSharedBytes() - own;
        assertEquals(
                List.of("cuFuncGetAttribute 1 softmax_l", "cuFuncSetAttribute 8 " + left + " softmax_l"),
                log.calls("cuFuncGetAttribute", "cuFuncSetAttribute"));
        Launch launch = new Launch(function, "softmax", 3, 2, 64, left, new KernelArguments().int64(5));
        driver.launch(launch, 0);
        assertEquals("softmax, grid=[3,1,1], block=[2,64,1], shared=" + left, launch.toString());
        assertEquals(List.of("cuLaunchKernel softmax_l 3 1 1 2 64 1 " + left + " 5"), log.calls("cuLaunchKernel"));
    }

    /** Of more than 8 blocks with leave alone, and then of as many as the device has: here 16, unless it says otherwise. */
    void clustersHaveTheBlocksThatTheirPtxSays() {
        KernelArguments none = new KernelArguments().int64(0);
        long small = ofClusters(8);
        driver.launch(new Launch(small, "k_l", 16, 256, none), 0);
        assertFails(
                "cuLaunchKernel failed: CUDA_ERROR_INVALID_VALUE (1): k_l, grid=[12,1,1], block=[256,1,1], shared=0",
                () -> driver.launch(new Launch(small, "k_l", 12, 256, none), 0));
        long large = ofClusters(16);
        Launch launch = new Launch(large, "k_l", 16, 256, none);
        String refused = "cuLaunchKernel failed: CUDA_ERROR_INVALID_CLUSTER_SIZE (912): " + launch;
        assertEquals(
                refused,
                assertThrows(ClusterRefusedException.class, () -> driver.launch(launch, 0))
                        .getMessage());
        driver.allowLargeClusters(large);
        driver.launch(launch, 0);
        assertTrue(log.calls("cuFuncSetAttribute").contains("cuFuncSetAttribute 14 1 k_l"));
    }

    private long ofClusters(int blocks) {
        String ptx = ".version 8.1\n.visible .entry k_l(\n.param .align 8 .b8 a[8]\n)\n.reqnctapercluster " + blocks
                + ", 1, 1\n{\n}\n";
        return driver.function(driver.loadModule("m", ptx.getBytes(StandardCharsets.UTF_8)), "k_l");
    }

    void kernelsTakeOneStruct() {
        long function = declared("k_pildp", ".param .align 8 .b8 k_pildp_param_0[40]");
        long address = driver.allocate(64);
        KernelArguments arguments = new KernelArguments()
                .pointer(address)
                .int32(-7)
                .int64(5)
                .float64(0.5)
                .pointer(0);
        driver.launch(new Launch(function, "k_pildp", 1, 1, arguments), 0);
        assertEquals(
                List.of("cuLaunchKernel k_pildp 1 1 1 1 1 1 0 " + Cuda.hex(address) + " -7 5 0x1p-1 0x0"),
                log.calls("cuLaunchKernel"));
    }

    void kernelsTakeSeveralParameters() {
        long function = declared("k_iipil", ".param .u32 a,.param .u32 b,.param .u64 c,.param .u32 d,.param .u64 e");
        long address = driver.allocate(64);
        KernelArguments arguments = new KernelArguments()
                .int32(1)
                .int32(-2)
                .pointer(address)
                .int32(3)
                .int64(-4);
        driver.launch(new Launch(function, "k_iipil", 1, 1, arguments), 0);
        assertEquals(
                List.of("cuLaunchKernel k_iipil 1 1 1 1 1 1 0 1 -2 " + Cuda.hex(address) + " 3 -4"),
                log.calls("cuLaunchKernel"));
        driver.free(address);
        assertFails(
                "cuLaunchKernel failed: CUDA_ERROR_ILLEGAL_ADDRESS (700): k_iipil, grid=[1,1,1], block=[1,1,1], shared=0",
                () -> driver.launch(new Launch(function, "k_iipil", 1, 1, arguments), 0));
    }

    void aStructIsPassedToItsLastByte() {
        int words = KernelArguments.MAX_BYTES / Long.BYTES;
        long function = declared("large_l", ".param .align 8 .b8 large_l_param_0[" + KernelArguments.MAX_BYTES + "]");
        long address = driver.allocate(64);
        KernelArguments arguments = new KernelArguments();
        for (int i = 1; i < words; i++) {
            arguments.int64(i);
        }
        arguments.pointer(address);
        Launch launch = new Launch(function, "large_l", 1, 1, arguments);
        driver.launch(launch, 0);
        assertEquals(List.of("cuLaunchKernel large_l 1 1 1 1 1 1 0 1"), log.calls("cuLaunchKernel"));
        driver.free(address);
        assertFails(
                "cuLaunchKernel failed: CUDA_ERROR_ILLEGAL_ADDRESS (700): large_l, grid=[1,1,1], block=[1,1,1], shared=0",
                () -> driver.launch(launch, 0));
    }

    private long declared(String entry, String parameters) {
        String ptx = ".version 7.0\n.visible .entry " + entry + "(\n" + parameters + "\n)\n";
        return driver.function(driver.loadModule("m", ptx.getBytes(StandardCharsets.UTF_8)), entry);
    }

    void threadsLaunchAtTheSameTime() {
        long function = driver.function(driver.loadModule("m", PTX), "k_llll");
        log.calls();
        IntStream.range(0, 400)
                .parallel()
                .forEach(i -> driver.launch(
                        new Launch(
                                function,
                                "k",
                                1,
                                1,
                                new KernelArguments().int64(i).int64(i).int64(i).int64(i)),
                        0));
        List<String> calls = log.calls("cuMemAllocHost", "cuLaunchKernel");
        List<String> launches = calls.stream()
                .filter(call -> call.startsWith("cuLaunch"))
                .sorted()
                .toList();
        assertEquals(
                IntStream.range(0, 400)
                        .mapToObj(i -> "cuLaunchKernel k_llll 1 1 1 1 1 1 0" + (" " + i).repeat(4))
                        .sorted()
                        .toList(),
                launches);
        assertTrue(calls.size() - launches.size() <= Runtime.getRuntime().availableProcessors(), "blocks are reused");
    }

    void rejectedPtxShowsWhatTheDriverSaid() {
        assertFails(
                "cuModuleLoadDataEx failed: CUDA_ERROR_INVALID_PTX (218): softmax, bytes=3: ptxas fatal; line 1: 'bad'",
                () -> driver.loadModule("softmax", "bad".getBytes(StandardCharsets.UTF_8)));
        StubLog.refuse(5, CUresult.CUDA_ERROR_UNSUPPORTED_PTX_VERSION); // after pinned memory: a call more, and a pop
        assertFails(
                "cuModuleLoadDataEx failed: CUDA_ERROR_UNSUPPORTED_PTX_VERSION (222): softmax, bytes=12",
                () -> driver.loadModule("softmax", PTX));
    }
}
