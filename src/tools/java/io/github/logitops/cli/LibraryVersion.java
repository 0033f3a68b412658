package io.github.logitops.cli;

import picocli.CommandLine.IVersionProvider;

/** The version in the jar's manifest. */
public final class LibraryVersion implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {"logitops " + text()};
    }

    /** Outside a jar there is no manifest, and nothing to tell one state of the sources from another. */
    public static String text() {
        String version = LibraryVersion.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
