package io.github.logitops.contract;

import io.github.logitops.support.CpuRig;
import io.github.logitops.support.Rig;

class CpuLogSumExpTest extends LogSumExpContract {
    @Override
    Rig rig() {
        return new CpuRig();
    }
}
