package io.github.logitops.contract;

import io.github.logitops.support.CpuRig;
import io.github.logitops.support.Rig;

class CpuCrossEntropyNumbersTest extends CrossEntropyNumbersContract {
    @Override
    Rig rig() {
        return new CpuRig();
    }
}
