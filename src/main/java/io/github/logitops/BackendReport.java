package io.github.logitops;

import java.io.Serializable;

/**
 * Which backend a session runs on, and why.
 *
 * @param requested what was asked for
 * @param selected what it runs on: {@link Backend#CUDA} or {@link Backend#CPU}
 * @param device the device in words
 * @param reason why this one
 */
public record BackendReport(Backend requested, Backend selected, String device, String reason) implements Serializable {
    /** One line. */
    @Override
    public String toString() {
        return "backend=" + selected + " (requested " + requested + ": " + reason + "), device=" + device;
    }
}
