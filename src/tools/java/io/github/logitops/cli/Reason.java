package io.github.logitops.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Why a file cannot be read or written, in the system's words: the messages of many of Java's exceptions are paths and no more. */
public final class Reason {
    private Reason() {}

    /** Such as "No space left on device". */
    public static String of(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "No such file or directory";
        }
        if (e instanceof AccessDeniedException) {
            return "Permission denied";
        }
        if (e instanceof FileAlreadyExistsException) {
            return "File exists";
        }
        String told = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
        return told == null ? e.toString() : told;
    }
}
