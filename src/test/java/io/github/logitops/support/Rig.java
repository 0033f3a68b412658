package io.github.logitops.support;

import io.github.logitops.LogitOps;

/** Where a contract runs: opens sessions on one kind of executor. A contract's class for a rig says which. */
public interface Rig {
    /** A new session; the contract closes it. */
    LogitOps open();
}
