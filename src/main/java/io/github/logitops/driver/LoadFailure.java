package io.github.logitops.driver;

import io.github.logitops.memory.DriverException;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Why CUDA does not run here, in one line, out of whatever was thrown while it was looked for. */
public final class LoadFailure {
    /** JCuda's message holds two stack traces; the line that matters comes after these words. */
    private static final Pattern NESTED =
            Pattern.compile("attempt to load the library as a resource:\\R(?:[\\w.$]+: )?(.*)");

    /** Java puts the library that it loads before what the system's loader says, which may name it once more. */
    private static final Pattern OWN_PATH = Pattern.compile("^.*?\\.(?:so|dll): ");

    /** The loader's words about its own library; where folders are mounted noexec, some versions add an error's name. */
    private static final Pattern NOT_EXECUTABLE = Pattern.compile(
            "^(.*)/[^/]+: (failed to map segment from shared object(?:: (?:Operation not permitted|Permission denied))?)$");

    private LoadFailure() {}

    /** What comes in parts that others put together, and that may be cut or of another version. */
    private enum Part {
        LOGITOPS("LogitOps", "io.github.logitops.", "io.github.logitops:logitops"),
        JCUBLAS("JCublas", "jcuda.jcublas.", "org.jcuda:jcublas:12.6.0"),
        JCUDA("JCuda", "jcuda.", "org.jcuda:jcuda:12.6.0"),
        LOGGING("the Java runtime", "java.util.logging.", "module java.logging"),
        OTHER("the class path", "", "a dependency of io.github.logitops:logitops");

        private final String title;
        private final String packages;
        private final String source;

        Part(String title, String packages, String source) {
            this.title = title;
            this.packages = packages;
            this.source = source;
        }

        /** In the order above: a method of ours may take JCuda's types, and not the other way round. */
        static Part of(String member) {
            return Arrays.stream(values())
                    .filter(part -> member.contains(part.packages))
                    .findFirst()
                    .orElse(OTHER);
        }
    }

    /**
     * What {@code search} returns.
     *
     * @throws DriverException with the plain reason if it fails. Errors of the virtual machine itself are thrown as they are.
     */
    public static <T> T explain(Callable<T> search) {
        try {
            return search.call();
        } catch (Exception | LinkageError e) {
            Throwable cause = e instanceof InvocationTargetException ? e.getCause() : e;
            if (cause instanceof Error error && !(cause instanceof LinkageError)) {
                throw error;
            }
            if (cause instanceof DriverException explained) {
                throw explained;
            }
            throw new DriverException(reason(cause), cause);
        }
    }

    /** The reason in one line: of errors in linking, that of the cause, for they only say whom it hit. */
    public static String reason(Throwable failure) {
        Throwable cause = failure;
        while (missing(cause) == null
                && cause.getCause() != null
                && (cause instanceof LinkageError || cause instanceof ReflectiveOperationException)) {
            cause = cause.getCause();
        }
        String missing = missing(cause);
        return missing == null ? line(cause) : missing;
    }

    /** What is missing and what brings it, or null if the failure is another one. */
    private static String missing(Throwable failure) {
        String name = failure.getMessage();
        if (name == null) {
            return null;
        }
        String kind;
        if (failure instanceof NoClassDefFoundError || failure instanceof ClassNotFoundException) {
            if (name.contains(" ")) { // a sentence, such as that its initializer failed
                return null;
            }
            kind = "class";
            name = name.replace('/', '.');
        } else if (failure instanceof NoSuchMethodError || failure instanceof NoSuchMethodException) {
            kind = "method";
            name = name.replace("'", "");
        } else if (failure instanceof NoSuchFieldError) {
            kind = "field";
            name = name.replaceFirst(
                    "^Class (\\S+) does not have member field '\\S+ (\\S+)'$", "$1.$2"); // since JDK 21
        } else {
            return null;
        }
        Part part = Part.of(name);
        return part.title + " is not complete: " + kind + " " + name + " is missing, " + part.source + " brings it";
    }

    private static String line(Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        Matcher nested = NESTED.matcher(message);
        if (nested.find()) {
            return loaderLine(OWN_PATH.matcher(nested.group(1)).replaceFirst(""));
        }
        return message.lines()
                .filter(line -> failure.getMessage() != null && !line.isBlank())
                .findFirst()
                .orElse(failure.toString());
    }

    /** What the system's loader says of a library that it was asked for by its path. */
    public static String loaderReason(UnsatisfiedLinkError failure) {
        return loaderLine(OWN_PATH.matcher(failure.getMessage()).replaceFirst(""));
    }

    private static String loaderLine(String line) {
        Matcher notExecutable = NOT_EXECUTABLE.matcher(line);
        if (notExecutable.matches()) {
            return "no library can be loaded from this folder, which may be mounted noexec; -Djava.io.tmpdir= names another: folder="
                    + notExecutable.group(1) + ", error=" + notExecutable.group(2);
        }
        return line.replaceFirst(": No such file or directory$", "");
    }
}
