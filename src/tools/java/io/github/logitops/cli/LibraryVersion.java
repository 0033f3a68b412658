package io.github.logitops.cli;

import io.github.logitops.LogitOps;
import picocli.CommandLine.IVersionProvider;

/** The version in the manifest of the library's jar. */
public final class LibraryVersion implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {"logitops " + text()};
    }

    /** Outside a jar there is no manifest, and nothing to tell one state of the sources from another. */
    public static String text() {
        String version = LogitOps.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
