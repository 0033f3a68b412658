package io.github.logitops.cli.bench;

import io.github.logitops.Backend;
import io.github.logitops.LogitOps;
import io.github.logitops.base.Resources;
import io.github.logitops.driver.CudaDriver;
import io.github.logitops.driver.InstrumentedDriver;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;
import java.util.List;

/**
 * A GPU. Times are between two events on the device. Before the first one the device is given something else to do, for as long
 * as the host needs to queue the calls: so launches lie ready, and what is measured is the device and not the host.
 */
final class CudaBed implements Bed {
    static final long BEYOND_CACHES = 512L << 20; // more than three times the L2 of any GPU up to sm_100
    private static final double WARM_UP_MICROS = 200_000; // clocks have risen by then
    static final double HOST_MICROS = 30; // what the host may take for a call, of up to three launches

    private final InstrumentedDriver driver;
    private final LogitOps ops;
    private final Stream stream;
    private final long beyondCaches;
    private final Ceilings ceilings;
    private final long start;
    private final long end;
    private final Tensor plug;
    private final Tensor sums;
    private final double plugMicros;

    /** The first GPU. */
    static CudaBed open() {
        LogitOps ops = LogitOps.open(Backend.CUDA); // fails with the reason if there is none
        return new CudaBed(CudaDriver.open(0), ops, BEYOND_CACHES);
    }

    /** A bed on a driver of the session's device; both are closed with it. */
    CudaBed(InstrumentedDriver driver, LogitOps ops, long beyondCaches) {
        this.beyondCaches = beyondCaches;
        this.driver = driver;
        this.ops = ops;
        stream = ops.newStream();
        ceilings = new Ceilings(driver);
        start = driver.createTimingEvent();
        end = driver.createTimingEvent();
        plug = ops.empty(DType.F64, Shape.of(beyondCaches / 2 / DType.F64.bytes()));
        sums = ops.empty(DType.I64, Shape.of(Ceilings.SUM_BYTES / DType.I64.bytes()));
        try {
            CeilingGate.pass(ceilings, ops, stream);
            ceilings.fill(plug.address(), 0x5555555555555555L, plug.bytes(), stream.handle());
            double once = timed(this::plug);
            for (double spent = once; spent < WARM_UP_MICROS; spent += once) {
                once = timed(this::plug);
            }
            plugMicros = once;
        } catch (RuntimeException e) {
            Resources.closeAfter(e, List.of(this));
            throw e;
        }
    }

    /** Keeps the device busy with reads, which leave nothing in caches that had to be written back within a measurement. */
    private void plug() {
        ceilings.read(sums.address(), plug.address(), plug.bytes(), stream.handle());
    }

    @Override
    public LogitOps ops() {
        return ops;
    }

    @Override
    public Stream stream() {
        return stream;
    }

    @Override
    public long beyondCaches() {
        return beyondCaches;
    }

    @Override
    public double micros(Contender contender, int calls, int sets) {
        for (double ahead = 0; ahead < calls * HOST_MICROS; ahead += plugMicros) {
            plug();
        }
        double micros = timed(() -> {
            for (int i = 0; i < calls; i++) {
                contender.call().on(i % sets);
            }
        });
        return micros / calls;
    }

    private double timed(Runnable queue) {
        driver.recordEvent(start, stream.handle());
        queue.run();
        driver.recordEvent(end, stream.handle());
        driver.awaitEvent(end);
        return driver.elapsedMillis(start, end) * 1e3;
    }

    @Override
    public List<Contender> ceilings(Workload w) {
        long bytes = w.shape().bytes() / 16 * 16;
        long queue = stream.handle();
        return List.of(
                ceiling("copy", 2 * bytes, i -> driver.copyOnDevice(out(w, i), in(w, i), bytes, queue)),
                ceiling("copyKernel", 2 * bytes, i -> ceilings.copy(out(w, i), in(w, i), bytes, queue)),
                ceiling("triad", 3 * bytes, i -> ceilings.triad(out(w, i), in(w, i), gradient(w, i), bytes, queue)),
                ceiling("read", bytes, i -> ceilings.read(sums.address(), in(w, i), bytes, queue)),
                ceiling("fill", bytes, i -> ceilings.fill(out(w, i), 0x3F803F803F803F80L, bytes, queue)));
    }

    private static Contender ceiling(String name, long bytes, Contender.Call call) {
        return new Contender(Cell.CEILING, name, bytes, name, call);
    }

    private static long in(Workload workload, int set) {
        return workload.input(set).address();
    }

    private static long gradient(Workload workload, int set) {
        return workload.gradient(set).address();
    }

    private static long out(Workload workload, int set) {
        return workload.output(set).address();
    }

    @Override
    public void close() {
        stream.synchronize();
        sums.close();
        plug.close();
        stream.close();
        ops.close();
        driver.close();
    }
}
