package io.github.logitops.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.cli.CommandRun;
import io.github.logitops.cli.Heap;
import io.github.logitops.cli.SessionOptions;
import io.github.logitops.spec.DType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Peers beside us. Those that need libraries are in the profiles; here there are the plain loop and some that cheat. */
class BenchPeersTest {
    private static final String ARRAYS = "crossEntropy.forwardBackward arrays";

    @TempDir
    private Path folder;

    @Test
    void measuresUsBesideAPlainLoop() throws IOException {
        CommandRun run =
                CommandRun.of("bench", "--peers", "--rounds=1", "--columns=10", "--commit=abc", "--folder=" + folder);
        assertEquals(0, run.exitCode(), run.err()::toString);
        assertTrue(
                run.out()
                        .contains(
                                "bench: left out, not on the class path: nd4j, pytorch; scripts/bench-peers.sh has them there"),
                run.out()::toString);
        Path file = folder.resolve("peers-cpu-abc.json");
        assertEquals("bench: wrote " + file, run.lastLine());
        BenchReport report = ReportFile.read(file);
        assertEquals("peers", report.grid());
        assertEquals(List.of("logitops", "plain"), report.providers());
        assertTrue(report.machine().endsWith(", plain loops in Java on one core"), report.machine());
        String line = "\\| crossEntropy.forwardBackward arrays \\| F32 \\| 256 \\| 10( \\| [0-9.]+){3} \\|";
        assertTrue(run.out().stream().anyMatch(each -> each.matches(line)), run.out()::toString);
        assertTrue(CommandRun.of("report", folder).out().stream().anyMatch(each -> each.matches(line)));

        assertEquals(List.of(), CommandRun.of("plot", file).err());
        assertTrue(ImageIO.read(folder.resolve("peers-cpu-abc.png").toFile()).getWidth() > 400);
    }

    @Test
    void mistakesAreNamed() {
        assertEquals(
                List.of("logitops: bench: peers are measured in the CPU mode alone: backend=CUDA"),
                CommandRun.of("bench", "--peers", "--backend=CUDA").err());
        assertEquals(2, CommandRun.of("bench", "--peers", "--quick").exitCode());
        assertEquals(
                List.of("logitops: bench: no shape of the grid has such rows: columns=[5]"),
                CommandRun.of("bench", "--peers", "--columns=5").err());
    }

    @ParameterizedTest
    @EnumSource
    void thePlainLoopComputesWhatWeCompute(Peer.Work work) {
        for (int inner : new int[] {1, 6}) {
            assertTrue(PeerAgreement.check(new PlainLoop(), PeerAgreement.task(work, DType.F32, inner), 1e-6));
        }
        assertEquals(Optional.empty(), new PlainLoop().ready(PeerAgreement.task(work, DType.BF16, 1)));
    }

    @Test
    void aPeerThatComputesSomethingElseIsLeftOut() {
        try (Bed bed = CpuBed.open(new SessionOptions(), Heap.here(), 0, 0);
                Arenas arenas = Arenas.allocate(bed.ops(), bed.stream(), 1);
                Workload workload = new Workload(bed, arenas, BenchShape.rows(DType.F32, 4, 33), 1)) {
            BenchOp softmax = BenchOp.FIRST.get(0);
            Peers peers = new Peers(List.of(new PlainLoop(), new Cheat(4 * 33), new Cheat(1)));
            assertEquals(
                    List.of("plain"),
                    peers.contenders(softmax, workload).stream()
                            .map(Contender::provider)
                            .toList());
            String what = "cheat softmax.forward BenchShape[dtype=F32, outer=4, columns=33, inner=1, padding=0]";
            assertEquals(
                    List.of(what, what),
                    peers.leftOut().stream().map(LeftOut::what).toList());
            assertTrue(
                    peers.leftOut().get(1).reason().endsWith("than that of a plain loop: elements=1, expected=132"),
                    peers.leftOut()::toString);
            assertEquals(List.of(), Peers.NONE.contenders(softmax, workload));
        }
    }

    /** Gives zeros. */
    private record Cheat(int elements) implements Peer {
        @Override
        public String provider() {
            return "cheat";
        }

        @Override
        public String version() {
            return "none";
        }

        @Override
        public Optional<Call> ready(Task task) {
            return Optional.of(new Call() {
                @Override
                public void run() {}

                @Override
                public float[] result() {
                    return new float[elements];
                }

                @Override
                public void close() {}
            });
        }
    }

    @Test
    void theGridHasEveryWorkAndDtype() {
        Set<String> ops = new HashSet<>();
        for (BenchShape shape : BenchGrid.PEERS.onCpu()) {
            List<BenchOp> measured = BenchGrid.PEERS.ops(shape);
            assertFalse(measured.isEmpty(), shape::toString);
            for (BenchOp op : measured) {
                ops.add(op.name() + " " + shape.dtype() + (shape.inner() == 1 ? "" : " images"));
            }
        }
        Set<String> expected = Set.of(
                ARRAYS + " F32",
                "softmax.forward F32",
                "softmax.forward BF16",
                "softmax.forward F16",
                "softmax.forward F32 images",
                "logSoftmax.forward F32",
                "crossEntropy.forward F32",
                "crossEntropy.forwardBackward F32",
                "crossEntropy.forwardBackward BF16",
                "crossEntropy.forwardBackward F16",
                "crossEntropy.forwardBackward F32 images");
        assertEquals(expected, ops);
    }

    @Test
    void beforeAndAfterHaveTheLinesOfPeersToo() {
        BenchReport before = BenchReports.of(
                "logitops 1",
                BenchReports.cell("logitops", "x", 200, null, 20),
                BenchReports.cell("plain", "x", 200, null, 30));
        BenchReport after = BenchReports.of(
                "logitops 2",
                BenchReports.cell("logitops", "x", 200, null, 10),
                BenchReports.cell("plain", "x", 200, null, 33));
        assertEquals(
                "| x | BF16 | 4096 | 50257 | 20.0, -, - | 10.0, -, - | 2.00 |\n"
                        + "| plain x | BF16 | 4096 | 50257 | 30.0, -, - | 33.0, -, - | 0.91 |",
                CompareTable.ofRuns(before, after).toString().lines().skip(2).collect(Collectors.joining("\n")));
        assertEquals(
                "| x | BF16 | 4096 | 50257 | 20.0 | 30.0 | 1.50 |",
                PeerTable.of(before).lines().skip(2).collect(Collectors.joining("\n")));
    }
}
