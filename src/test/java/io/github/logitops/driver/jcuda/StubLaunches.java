package io.github.logitops.driver.jcuda;

import static io.github.logitops.driver.jcuda.StubScenarios.PTX;
import static io.github.logitops.driver.jcuda.StubScenarios.assertFails;
import static io.github.logitops.driver.jcuda.StubScenarios.assertMessage;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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

    void launchesTakeManyArgumentsButNotMore() {
        int most = LaunchBlock.MAX_ARGUMENTS;
        long function = driver.function(driver.loadModule("many", PTX), "many_" + "l".repeat(most));
        KernelArguments arguments = new KernelArguments();
        StringBuilder values = new StringBuilder();
        for (int i = 0; i < most; i++) {
            arguments.int64(i);
            values.append(' ').append(i);
        }
        Launch launch = new Launch(function, "many", 1, 1, arguments);
        driver.launch(launch, 0);
        assertTrue(log.calls("cuLaunchKernel").get(0).endsWith(values.toString()));
        arguments.int64(64);
        assertMessage(
                IllegalArgumentException.class,
                "cuLaunchKernel: more than 64 arguments: many, grid=[1,1,1], block=[1,1,1], shared=0, arguments=65",
                () -> driver.launch(launch, 0));
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
