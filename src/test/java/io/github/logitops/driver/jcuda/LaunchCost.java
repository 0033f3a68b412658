package io.github.logitops.driver.jcuda;

import static jcuda.driver.JCudaDriver.cuCtxPushCurrent;
import static jcuda.driver.JCudaDriver.cuDevicePrimaryCtxRetain;

import com.sun.management.ThreadMXBean;
import io.github.logitops.driver.KernelArguments;
import io.github.logitops.driver.Launch;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import jcuda.driver.CUcontext;

/**
 * Prints what a launch costs on the host. On a real driver the arguments must suit no kernel, so this is for the stub of
 * src/test/c/libcuda.c: LD_LIBRARY_PATH is the folder of the compiled stub, LOGITOPS_STUB_LOG is not set.
 */
final class LaunchCost {
    private static final int LAUNCHES = 2_000_000;

    private LaunchCost() {}

    public static void main(String[] none) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (JCudaDriver driver = JCudaDriver.open(0)) {
            long module = driver.loadModule("m", ".version 7.0".getBytes(StandardCharsets.UTF_8));
            long function = driver.function(module, "k_ppplld");
            long stream = driver.createStream();
            KernelArguments arguments = new KernelArguments()
                    .pointer(1)
                    .pointer(2)
                    .pointer(3)
                    .int64(4)
                    .int64(5)
                    .float64(6);
            Launch launch = new Launch(function, "k_ppplld", 132, 1024, arguments);
            for (int round = 0; round < 10; round++) {
                if (round == 5) {
                    System.out.println("with the context current on this thread:");
                    CUcontext primary = new CUcontext();
                    cuDevicePrimaryCtxRetain(primary, CudaDevice.find(0).handle());
                    cuCtxPushCurrent(primary);
                }
                long bytes = threads.getCurrentThreadAllocatedBytes();
                long start = System.nanoTime();
                for (int i = 0; i < LAUNCHES; i++) {
                    driver.launch(launch, stream);
                }
                long nanos = (System.nanoTime() - start) / LAUNCHES;
                long garbage = (threads.getCurrentThreadAllocatedBytes() - bytes) / LAUNCHES;
                System.out.println(nanos + " ns, " + garbage + " bytes of garbage per launch");
            }
        }
    }
}
