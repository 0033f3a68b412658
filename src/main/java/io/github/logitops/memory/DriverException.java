package io.github.logitops.memory;

/** A call to the device failed. The message names the call, the driver's error and the arguments. */
public class DriverException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DriverException(String message) {
        super(message);
    }

    public DriverException(String message, Throwable cause) {
        super(message, cause);
    }
}
