package io.github.logitops.contract;

import io.github.logitops.support.GpuRig;
import io.github.logitops.support.Rig;
import org.junit.jupiter.api.BeforeAll;

class GpuCrossEntropyNumbersTest extends CrossEntropyNumbersContract {
    @BeforeAll
    static void requireGpu() {
        GpuRig.requireGpu();
    }

    @Override
    Rig rig() {
        return new GpuRig();
    }
}
