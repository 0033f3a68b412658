package io.github.logitops.emulator;

/**
 * A kernel, or a launch of one, did what a device forbids or leaves undefined. The message names the check, and where it is
 * known the PTX line and instruction, the block, the thread and the address.
 */
public final class EmulatorException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    EmulatorException(String message) {
        super(message);
    }

    EmulatorException(String message, Throwable cause) {
        super(message, cause);
    }
}
