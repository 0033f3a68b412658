package io.github.logitops.pytorch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.cli.bench.Peer;
import io.github.logitops.cli.bench.PeerAgreement;
import io.github.logitops.spec.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is measured of PyTorch is what we are measured with. */
class PyTorchPeerTest {
    private static final int CALLS = 500;
    private static final long MIB = 1 << 20;

    private static Peer peer() {
        return ServiceLoader.load(Peer.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(peer -> peer.provider().equals("pytorch"))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @EnumSource
    void agreesWithUs(Peer.Work work) {
        boolean has = work != Peer.Work.LOSS_AND_GRADIENT_OF_ARRAYS;
        for (int inner : new int[] {1, 6}) {
            assertEquals(has, PeerAgreement.check(peer(), PeerAgreement.task(work, DType.F32, inner), 2e-6));
            assertEquals(has, PeerAgreement.check(peer(), PeerAgreement.task(work, DType.F16, inner), 2e-3));
            assertEquals(has, PeerAgreement.check(peer(), PeerAgreement.task(work, DType.BF16, inner), 2e-2));
        }
    }

    /** A gradient is 1.2 MB here. */
    @Test
    void callsLeaveNothingBehind() throws IOException {
        Peer.Task task = PeerAgreement.task(Peer.Work.LOSS_AND_GRADIENT, DType.F32, 1000);
        try (Peer.Call call = peer().ready(task).orElseThrow()) {
            for (int i = 0; i < CALLS / 5; i++) {
                call.run();
            }
            long before = residentBytes();
            for (int i = 0; i < CALLS; i++) {
                call.run();
            }
            long grown = residentBytes() - before;
            assertTrue(grown < 200 * MIB, () -> "grown by " + grown);
        }
    }

    private static long residentBytes() throws IOException {
        String status = Files.readString(Path.of("/proc/self/status"));
        return 1024 * Long.parseLong(status.replaceAll("(?s).*VmRSS:\\s*(\\d+) kB.*", "$1"));
    }
}
