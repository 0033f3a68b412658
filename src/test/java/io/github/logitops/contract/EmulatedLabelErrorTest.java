package io.github.logitops.contract;

import io.github.logitops.support.EmulatedRig;
import io.github.logitops.support.Rig;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Execution(ExecutionMode.CONCURRENT)
class EmulatedLabelErrorTest extends LabelErrorContract {
    private final Rig rig = new EmulatedRig(); // one for each test, whose cases take turns

    @Override
    Rig rig() {
        return rig;
    }
}
