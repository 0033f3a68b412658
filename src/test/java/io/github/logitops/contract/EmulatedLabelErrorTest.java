package io.github.logitops.contract;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.emulator.EmulatorException;
import io.github.logitops.support.EmulatedRig;
import io.github.logitops.support.Rig;
import org.junit.jupiter.api.Test;

class EmulatedLabelErrorTest extends LabelErrorContract {
    private final Rig rig = new EmulatedRig(); // one for each test, whose cases take turns

    @Override
    Rig rig() {
        return rig;
    }

    /** The contract leaves the logits undefined, which makes no difference to it, but does not go unnoticed here. */
    @Override
    @Test
    void closingTheStreamThrowsWhatNobodyWaitedFor() {
        String message = assertThrows(EmulatorException.class, super::closingTheStreamThrowsWhatNobodyWaitedFor)
                .getMessage();
        assertTrue(message.startsWith("emulator: global load of uninitialised memory: "), message);
    }
}
