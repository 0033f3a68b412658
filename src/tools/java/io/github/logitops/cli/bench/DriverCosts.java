package io.github.logitops.cli.bench;

import io.github.logitops.LogitOps;
import io.github.logitops.device.KernelExecutor;
import io.github.logitops.driver.Driver;
import io.github.logitops.driver.InstrumentedDriver;
import io.github.logitops.driver.Launch;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.SoftmaxProblem;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The floor below {@link HostCosts}: what the driver takes for the launch that softmax makes,
 * for an event, and for page-locked memory.
 */
final class DriverCosts {
    private static final int PINNED_BYTES = 64 << 20;

    private final InstrumentedDriver driver;
    private final LogitOps ops;
    private final HostClock clock;

    /** @param driver of the session's device */
    DriverCosts(InstrumentedDriver driver, LogitOps ops, HostClock clock) {
        this.driver = driver;
        this.ops = ops;
        this.clock = clock;
    }

    List<HostCost> measure() {
        List<HostCost> costs = new ArrayList<>();
        launches(costs);
        events(costs);
        transfers(costs);
        return costs;
    }

    private void launches(List<HostCost> costs) {
        long queue = clock.stream().handle();
        try (Tensor x =
                ops.upload(new float[(int) HostCosts.SMALL.elements()], DType.F32, HostCosts.SMALL, clock.stream())) {
            Launch launch =
                    launchOf(SoftmaxProblem.Forward.of(SoftmaxProblem.Kind.SOFTMAX, Axis.LAST, x, x), clock.stream());
            costs.add(clock.warm("Driver.launch of its kernel", () -> driver.launch(launch, queue)));
            costs.add(clock.warm("Driver.launch of its kernel until it is done", () -> {
                driver.launch(launch, queue);
                driver.synchronize(queue);
            }));
            costs.add(clock.warm(
                    "cuLaunchKernel of its kernel alone",
                    HostClock.MANY,
                    () -> driver.launch(launch, HostClock.MANY, queue)));
        }
    }

    private void events(List<HostCost> costs) {
        long event = driver.createEvent();
        try {
            long queue = clock.stream().handle();
            costs.add(clock.warm("Driver.recordEvent", () -> driver.recordEvent(event, queue)));
        } finally {
            driver.destroyEvent(event);
        }
    }

    /** The launch with its arguments ready: it is made, and noted on its way. */
    private Launch launchOf(SoftmaxProblem.Forward problem, Stream stream) {
        List<Launch> launches = new ArrayList<>();
        Driver noting = (Driver) Proxy.newProxyInstance(
                Driver.class.getClassLoader(), new Class<?>[] {Driver.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("launch")) {
                        launches.add((Launch) arguments[0]);
                    }
                    try {
                        return method.invoke(driver, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
        new KernelExecutor(noting).run(problem, stream);
        return launches.get(0);
    }

    private void transfers(List<HostCost> costs) {
        ByteBuffer host = driver.allocateHost(PINNED_BYTES);
        try (Tensor device = ops.empty(DType.F32, Shape.of(PINNED_BYTES / DType.F32.bytes()))) {
            long queue = clock.stream().handle();
            costs.add(clock.speed("upload from pinned memory", PINNED_BYTES, () -> {
                driver.copyToDevice(device.address(), host, queue);
                driver.synchronize(queue);
            }));
            costs.add(clock.speed("download into pinned memory", PINNED_BYTES, () -> {
                driver.copyToHost(host, device.address(), queue);
                driver.synchronize(queue);
            }));
        } finally {
            driver.freeHost(host);
        }
    }
}
