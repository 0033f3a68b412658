package io.github.logitops.support;

import io.github.logitops.Backend;
import io.github.logitops.LogitOps;

/** The CPU mode. */
public final class CpuRig implements Rig {
    @Override
    public LogitOps open() {
        return LogitOps.open(Backend.CPU);
    }
}
