package io.github.logitops.emulator;

import java.util.function.Supplier;

/**
 * A kernel, or a launch of one, did what a device forbids or leaves undefined. The message names the check, and where it is
 * known the line and instruction, in the PTX and in the sources, the block, the thread and the address.
 */
public final class EmulatorException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Supplier<String> place; // asked for only if somebody reads it: a compiler may have to run

    EmulatorException(String message) {
        super(message);
        place = () -> "";
    }

    EmulatorException(String message, Supplier<String> place, Throwable cause) {
        super(message, cause);
        this.place = place;
    }

    @Override
    public String getMessage() {
        return super.getMessage() + place.get();
    }
}
