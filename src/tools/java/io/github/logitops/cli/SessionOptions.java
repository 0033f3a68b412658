package io.github.logitops.cli;

import io.github.logitops.Backend;
import io.github.logitops.LogitOps;
import io.github.logitops.OpenOptions;
import picocli.CommandLine.Option;

/** How commands open a session. */
public final class SessionOptions {
    @Option(names = "--backend", description = "AUTO, CUDA or CPU (default: ${DEFAULT-VALUE})")
    private Backend backend = Backend.AUTO;

    @Option(
            names = "--fast-cpu",
            description = "lets the CPU mode compute in floats, where the Vector API is: faster, and not the reference")
    private boolean fastCpu;

    /** The backend that is asked for. */
    public Backend backend() {
        return backend;
    }

    /** A session as it is asked for. */
    public LogitOps open() {
        return openOn(backend);
    }

    /** The same on another backend. */
    public LogitOps openOn(Backend other) {
        OpenOptions options = OpenOptions.defaults();
        return LogitOps.open(
                other, fastCpu ? options.withFastCpu(true) : options); // earlier builds have no such option
    }
}
