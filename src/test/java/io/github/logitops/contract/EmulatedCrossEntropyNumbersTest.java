package io.github.logitops.contract;

import io.github.logitops.support.EmulatedRig;
import io.github.logitops.support.Rig;

class EmulatedCrossEntropyNumbersTest extends CrossEntropyNumbersContract {
    private final Rig rig = new EmulatedRig(); // one for each test, whose cases take turns

    @Override
    Rig rig() {
        return rig;
    }
}
