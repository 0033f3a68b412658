package io.github.logitops.driver.jcuda;

import com.sun.management.ThreadMXBean;
import io.github.logitops.Backend;
import io.github.logitops.CrossEntropy;
import io.github.logitops.CrossEntropyResult;
import io.github.logitops.LogitOps;
import io.github.logitops.Softmax;
import io.github.logitops.device.KernelExecutor;
import io.github.logitops.driver.Driver;
import io.github.logitops.driver.Launch;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.SoftmaxProblem;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;
import java.lang.management.ManagementFactory;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;

/**
 * Prints what calls cost on the host: processor time and garbage of each. For the stub of src/test/c/libcuda.c, so that little but
 * the host's part is in it: LD_LIBRARY_PATH is the folder of the compiled stub, LOGITOPS_STUB_LOG is not set.
 */
final class CallCosts {
    private static final long WARM_UP_NANOS = 3_000_000_000L;
    private static final int ROUNDS = 100;
    private static final int CALLS =
            500; // of a round: short ones, so that others who use the processor do not get into all
    private static final Shape SHAPE = Shape.of(8, 1024);
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private CallCosts() {}

    public static void main(String[] none) {
        try (LogitOps ops = LogitOps.open(Backend.CUDA);
                Stream stream = ops.newStream()) {
            measure(ops, stream);
        }
    }

    /** The floor below softmax: the launch that it makes, with its arguments ready. */
    private static void launch(Tensor x, Tensor y, Stream stream) {
        try (JCudaDriver driver = JCudaDriver.open(0)) {
            List<Launch> launches = new ArrayList<>();
            InvocationHandler noting = (proxy, method, arguments) -> {
                if (method.getName().equals("launch")) {
                    launches.add((Launch) arguments[0]);
                }
                return method.invoke(driver, arguments);
            };
            Driver noted = (Driver)
                    Proxy.newProxyInstance(Driver.class.getClassLoader(), new Class<?>[] {Driver.class}, noting);
            new KernelExecutor(noted)
                    .run(SoftmaxProblem.Forward.of(SoftmaxProblem.Kind.SOFTMAX, Axis.LAST, x, y), stream);
            Launch launch = launches.get(0);
            long queue = stream.handle();
            print("Driver.launch of softmax's kernel", () -> driver.launch(launch, queue));
        }
    }

    private static void measure(LogitOps ops, Stream stream) {
        Softmax softmax = ops.softmax();
        CrossEntropy loss = ops.crossEntropy(CrossEntropyOptions.defaults());
        try (Tensor x = ops.upload(new float[(int) SHAPE.elements()], DType.F32, SHAPE, stream);
                Tensor y = ops.empty(DType.F32, SHAPE);
                Tensor labels = ops.labels(new int[(int) SHAPE.extent(0)], stream);
                CrossEntropyResult result = loss.newResult(DType.F32, SHAPE, stream)) {
            launch(x, y, stream);
            print("softmax.forward", () -> softmax.forward(x, y, stream));
            Runnable reused = () -> loss.forwardBackward(x, labels, null, GradScale.ONE, y, result, stream);
            print("crossEntropy.forwardBackward, result reused", reused);
            print("the same until the loss is known", () -> {
                reused.run();
                result.await();
            });
            print("crossEntropy.forwardBackward, new result, closed and synchronized", () -> {
                loss.forwardBackward(x, labels, y, stream).close();
                stream.synchronize();
            });
            print(
                    "empty and close of a tensor",
                    () -> ops.empty(DType.F32, SHAPE).close());
            float[] host = new float[64];
            Shape small = Shape.of(4, 16);
            print("softmax.forward of a small array", () -> softmax.forward(host, small));
        }
    }

    private static void print(String name, Runnable call) {
        for (long end = nanos() + WARM_UP_NANOS; nanos() < end; ) {
            repeat(call);
        }
        double least = Double.POSITIVE_INFINITY;
        long bytes = THREADS.getCurrentThreadAllocatedBytes();
        for (int round = 0; round < ROUNDS; round++) {
            long start = nanos();
            repeat(call);
            least = Math.min(least, (nanos() - start) / (double) CALLS);
        }
        long garbage = (THREADS.getCurrentThreadAllocatedBytes() - bytes) / (ROUNDS * CALLS);
        System.out.printf("| %s | %.0f ns | %d |%n", name, least, garbage);
    }

    private static long nanos() {
        return THREADS.getCurrentThreadCpuTime();
    }

    private static void repeat(Runnable call) {
        for (int i = 0; i < CALLS; i++) {
            call.run();
        }
    }
}
