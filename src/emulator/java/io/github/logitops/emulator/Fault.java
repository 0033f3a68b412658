package io.github.logitops.emulator;

/** What a check found, before anybody knows where: whoever runs the instruction adds the place. */
class Fault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Fault(String message) {
        super(message, null, false, false); // no stack trace: the place in the PTX is what counts
    }

    static Fault at(String check, long address, String detail) {
        return new Fault(check + ": address=0x" + Long.toHexString(address) + ", " + detail);
    }

    /** Two accesses that nothing orders. */
    static final class Race extends Fault {
        private static final long serialVersionUID = 1L;

        private final String how;
        private final long stamp;

        Race(String how, long stamp) {
            super("race");
            this.how = how;
            this.stamp = stamp;
        }

        /** The same in words. */
        Fault at(String access, long address, Moment now) {
            return at(
                    "race: " + access, address, how + " by " + now.describe(stamp) + " with nothing to order the two");
        }
    }
}
