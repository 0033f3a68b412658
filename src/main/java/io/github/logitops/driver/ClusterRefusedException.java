package io.github.logitops.driver;

import io.github.logitops.memory.DriverException;

/**
 * A device does not run a kernel in clusters of as many blocks as the kernel says. Nothing was queued, and nothing is the matter
 * with the device: smaller clusters may do.
 */
public final class ClusterRefusedException extends DriverException {
    private static final long serialVersionUID = 1L;

    public ClusterRefusedException(String message) {
        super(message);
    }
}
