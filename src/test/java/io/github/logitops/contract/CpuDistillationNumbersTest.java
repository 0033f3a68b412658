package io.github.logitops.contract;

import io.github.logitops.support.CpuRig;
import io.github.logitops.support.Rig;

class CpuDistillationNumbersTest extends DistillationNumbersContract {
    @Override
    Rig rig() {
        return new CpuRig();
    }
}
