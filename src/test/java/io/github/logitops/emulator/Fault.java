package io.github.logitops.emulator;

/** What a check found, before anybody knows where: whoever runs the instruction adds the place. */
final class Fault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Fault(String message) {
        super(message, null, false, false); // no stack trace: the place in the PTX is what counts
    }

    static Fault at(String check, long address, String detail) {
        return new Fault(check + ": address=0x" + Long.toHexString(address) + ", " + detail);
    }
}
