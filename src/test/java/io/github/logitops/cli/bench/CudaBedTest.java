package io.github.logitops.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.LogitOps;
import io.github.logitops.OpenOptions;
import io.github.logitops.Sessions;
import io.github.logitops.device.KernelExecutor;
import io.github.logitops.driver.InstrumentedDriver;
import io.github.logitops.emulator.PtxEmulatorDriver;
import io.github.logitops.spec.DType;
import io.github.logitops.support.EmulatedRig;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The bench on a GPU, as far as an emulated one goes: everything but the time. */
class CudaBedTest {
    private static final long SMALL = 1 << 16;
    private static final List<BenchShape> SHAPES = List.of(
            BenchShape.rows(DType.F32, 3, 100),
            BenchShape.rows(DType.BF16, 4, 33),
            new BenchShape(DType.BF16, 4, 33, 1, 7),
            BenchShape.rows(DType.F16, 6, 3),
            new BenchShape(DType.F16, 2, 5, 3));

    private static PtxEmulatorDriver emulated() {
        PtxEmulatorDriver driver = new PtxEmulatorDriver(90);
        driver.onLaunch(EmulatedRig.launched()::add);
        return driver;
    }

    private static List<BenchOp> suited(BenchShape shape) {
        return BenchOp.ALL.stream().filter(op -> op.suits().test(shape)).toList();
    }

    private static CudaBed bed(InstrumentedDriver driver) {
        LogitOps ops = Sessions.over(driver, new KernelExecutor(driver), OpenOptions.defaults());
        return new CudaBed(driver, ops, SMALL);
    }

    @Test
    void everyOpAndCeilingIsMeasuredOnEveryShape() {
        StringWriter progress = new StringWriter();
        List<Cell> cells;
        try (CudaBed bed = bed(emulated())) {
            cells = new Measurement(
                            bed, new Rounds(2, 1, 200, 0), CudaBedTest::suited, Peers.NONE, new PrintWriter(progress))
                    .of(SHAPES);
        }
        for (BenchShape shape : SHAPES) {
            List<String> expected = new ArrayList<>(List.of("copy", "copyKernel", "triad", "read", "fill"));
            suited(shape).forEach(op -> expected.add(op.name()));
            List<Cell> of =
                    cells.stream().filter(cell -> cell.shape().equals(shape)).toList();
            assertEquals(expected, of.stream().map(Cell::op).toList());
        }
        assertEquals(500_000, cells.get(0).micros().median()); // two calls in what the emulator says is a second
        assertEquals(SHAPES.size(), progress.toString().lines().count());
    }

    @Test
    void aCeilingKernelThatDoesNothingIsFoundOut() {
        InstrumentedDriver idle = without("launch");
        IllegalStateException e = assertThrows(IllegalStateException.class, () -> bed(idle));
        assertTrue(e.getMessage().startsWith("bench: a ceiling kernel is wrong: word=0, expected="), e.getMessage());
    }

    @Test
    void anOpThatDoesNothingIsFoundOut() {
        try (CudaBed bed = bed(emulated());
                Arenas arenas = Arenas.allocate(bed.ops(), bed.stream(), SMALL);
                Workload workload = new Workload(bed, arenas, BenchShape.rows(DType.BF16, 4, 33), 1)) {
            for (BenchOp op : BenchOp.ALL) {
                Prepared prepared = op.ready().apply(workload);
                Prepared idle = new Prepared(set -> {}, prepared.written(), prepared.meaning());
                String message = assertThrows(IllegalStateException.class, () -> Gate.pass(op, workload, idle))
                        .getMessage();
                assertTrue(
                        message.startsWith("bench: a wrong result: op=" + op.name() + ", shape=" + workload.shape()
                                + ", row=0, element=0, exact="),
                        message);
                assertTrue(message.endsWith(", actual=NaN"), message);
            }
        }
    }

    /** An emulated device that ignores one of the calls. */
    private static InstrumentedDriver without(String call) {
        InstrumentedDriver driver = emulated();
        return (InstrumentedDriver) Proxy.newProxyInstance(
                CudaBedTest.class.getClassLoader(),
                new Class<?>[] {InstrumentedDriver.class},
                (proxy, method, arguments) -> method.getName().equals(call) ? null : method.invoke(driver, arguments));
    }
}
