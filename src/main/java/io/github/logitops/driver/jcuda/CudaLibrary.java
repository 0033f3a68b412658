package io.github.logitops.driver.jcuda;

import static jcuda.driver.JCudaDriver.cuDriverGetVersion;

import io.github.logitops.driver.DriverException;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** JCuda and the CUDA driver's library below it: loaded once, or found missing once. */
final class CudaLibrary {
    private static final Pattern NESTED =
            Pattern.compile("attempt to load the library as a resource:\\R(?:[\\w.$]+: )?(.*)");
    private static final Pattern OWN_PATH = Pattern.compile("^\\S*JCudaDriver\\S*: ");

    private CudaLibrary() {}

    /** The one attempt per process: after the first, the virtual machine only says that the class is broken. */
    private static final class Attempt {
        static final String FAILURE = load();
    }

    /** Throws a {@link DriverException} whose message is the plain reason, unless the library is loaded. */
    static void require() {
        if (Attempt.FAILURE != null) {
            throw new DriverException(Attempt.FAILURE);
        }
    }

    private static String load() {
        try {
            Natives.publish("JCudaDriver");
            cuDriverGetVersion(new int[1]);
            return null;
        } catch (IOException e) {
            return "cannot unpack JCuda into java.io.tmpdir: " + e;
        } catch (LinkageError e) {
            return reason(e);
        }
    }

    /** The one line that matters out of JCuda's message, which holds two stack traces. */
    static String reason(LinkageError error) {
        if (error.getCause() != null && error.getCause().getMessage() != null) {
            return error.getCause().getMessage();
        }
        String message = String.valueOf(error.getMessage());
        Matcher nested = NESTED.matcher(message);
        String line =
                nested.find() ? nested.group(1) : message.lines().findFirst().orElse("");
        return OWN_PATH.matcher(line).replaceFirst("").replaceFirst(": No such file or directory$", "");
    }
}
