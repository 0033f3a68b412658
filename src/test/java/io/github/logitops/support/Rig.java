package io.github.logitops.support;

import io.github.logitops.LogitOps;

/** Where a contract runs: opens sessions on one kind of executor. {@link RigKind} has them all. */
public interface Rig {
    /** A new session; the contract closes it. */
    LogitOps open();
}
