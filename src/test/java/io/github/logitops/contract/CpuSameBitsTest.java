package io.github.logitops.contract;

import io.github.logitops.support.CpuRig;
import io.github.logitops.support.Rig;

class CpuSameBitsTest extends SameBitsContract {
    @Override
    Rig rig() {
        return new CpuRig();
    }
}
