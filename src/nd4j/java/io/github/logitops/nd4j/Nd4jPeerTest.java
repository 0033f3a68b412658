package io.github.logitops.nd4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.github.logitops.cli.bench.Peer;
import io.github.logitops.cli.bench.PeerAgreement;
import io.github.logitops.spec.DType;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is measured of ND4J is what we are measured with. */
class Nd4jPeerTest {
    private static Peer peer() {
        return ServiceLoader.load(Peer.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(peer -> peer.provider().equals("nd4j"))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @EnumSource
    void agreesWithUs(Peer.Work work) {
        boolean rows = work != Peer.Work.LOSS_AND_GRADIENT_OF_ARRAYS;
        boolean images = List.of(Peer.Work.SOFTMAX, Peer.Work.LOG_SOFTMAX).contains(work);
        assertEquals(rows, PeerAgreement.check(peer(), PeerAgreement.task(work, DType.F32, 1), 2e-6));
        assertEquals(images, PeerAgreement.check(peer(), PeerAgreement.task(work, DType.F32, 6), 2e-6));
        assertFalse(PeerAgreement.check(peer(), PeerAgreement.task(work, DType.BF16, 1), 0));
    }
}
