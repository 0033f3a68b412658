package io.github.logitops.base;

/** What every call asks of its arguments. */
public final class Arguments {
    private Arguments() {}

    /**
     * The value itself.
     *
     * @throws NullPointerException if it is null; it names the call and the argument
     */
    public static <T> T notNull(String call, String name, T value) {
        if (value == null) {
            throw new NullPointerException(call + ": " + name + " is null");
        }
        return value;
    }
}
