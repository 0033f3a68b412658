package io.github.logitops;

/** The backend that was asked for does not run on this machine. The message says why. */
public final class BackendUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BackendUnavailableException(Backend backend, String reason, Throwable cause) {
        super(backend + " backend unavailable: " + reason, cause);
    }
}
