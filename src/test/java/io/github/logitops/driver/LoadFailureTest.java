package io.github.logitops.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.logitops.memory.DriverException;
import java.lang.reflect.InvocationTargetException;
import java.util.Map;
import java.util.concurrent.Callable;
import jcuda.JCudaVersion;
import org.junit.jupiter.api.Test;

class LoadFailureTest {
    private static final String JCUDA = ", org.jcuda:jcuda:" + JCudaVersion.get() + " brings it";

    @Test
    void theReasonIsOneLineOfJCudasMessage() {
        assertEquals("libcuda.so.1: cannot open shared object file", LoadFailure.reason(new UnsatisfiedLinkError("""
                        Error while loading native library "JCudaDriver-12.6.0-linux-x86_64"
                        Stack trace from the attempt to load the library as a file:
                        java.lang.UnsatisfiedLinkError: no JCudaDriver-12.6.0-linux-x86_64 in java.library.path: /lib
                        \tat java.base/java.lang.ClassLoader.loadLibrary(ClassLoader.java:2434)
                        Stack trace from the attempt to load the library as a resource:
                        java.lang.UnsatisfiedLinkError: /t/libJCudaDriver-12.6.0-linux-x86_64.so: \
                        libcuda.so.1: cannot open shared object file: No such file or directory
                        \tat java.base/jdk.internal.loader.NativeLibraries.load(Native Method)
                        """)));
        assertNested(
                "libcublas.so.12: cannot open shared object file",
                "java.lang.UnsatisfiedLinkError: /a b/libJCublas2-12.6.0-linux-x86_64.so: "
                        + "libcublas.so.12: cannot open shared object file: No such file or directory");
        assertNested(
                "No resource found with name '/lib/libJCudaDriver-12.6.0-linux-aarch64.so'",
                "java.io.IOException: No resource found with name '/lib/libJCudaDriver-12.6.0-linux-aarch64.so'");
        assertNested(
                "Native Library /t/libJCudaDriver-12.6.0-linux-x86_64.so already loaded in another classloader",
                "java.lang.UnsatisfiedLinkError: "
                        + "Native Library /t/libJCudaDriver-12.6.0-linux-x86_64.so already loaded in another classloader");
    }

    /** The words of the loader were seen on a folder mounted noexec: of glibc 2.36, and with its error's name of older ones. */
    @Test
    void aFolderMountedNoexecIsNamed() {
        String library = "/a b/libJCudaDriver-12.6.0-linux-x86_64.so: ";
        for (String error : new String[] {
            "failed to map segment from shared object",
            "failed to map segment from shared object: Operation not permitted"
        }) {
            assertNested(
                    "no library can be loaded from this folder, which may be mounted noexec; "
                            + "-Djava.io.tmpdir= names another: folder=/a b, error=" + error,
                    "java.lang.UnsatisfiedLinkError: " + library + library + error);
        }
        String other = "failed to map segment from shared object: Cannot allocate memory";
        assertNested(
                "/a b/libJCudaDriver-12.6.0-linux-x86_64.so: " + other,
                "java.lang.UnsatisfiedLinkError: " + library + library + other);
    }

    private static void assertNested(String reason, String line) {
        String message =
                "Stack trace from the attempt to load the library as a resource:\n" + line + "\n\tat a.B.c(D)\n";
        assertEquals(reason, LoadFailure.reason(new UnsatisfiedLinkError(message)));
        NoClassDefFoundError second = new NoClassDefFoundError("Could not initialize class jcuda.driver.JCudaDriver");
        second.initCause(new ExceptionInInitializerError("Exception java.lang.UnsatisfiedLinkError: " + message));
        assertEquals(reason, LoadFailure.reason(second));
    }

    @Test
    void whatIsMissingHasAName() {
        Map<Throwable, String> reasons = Map.of(
                new ClassNotFoundException("io.github.logitops.driver.jcuda.JCudaDriver"),
                "LogitOps is not complete: class io.github.logitops.driver.jcuda.JCudaDriver is missing, "
                        + "io.github.logitops:logitops brings it",
                new NoClassDefFoundError("jcuda/driver/CUdevice"),
                "JCuda is not complete: class jcuda.driver.CUdevice is missing" + JCUDA,
                new NoClassDefFoundError("jcuda/jcublas/JCublas2"),
                "JCublas is not complete: class jcuda.jcublas.JCublas2 is missing, org.jcuda:jcublas:"
                        + JCudaVersion.get() + " brings it",
                new NoClassDefFoundError("java/util/logging/Logger"),
                "the Java runtime is not complete: class java.util.logging.Logger is missing, "
                        + "module java.logging brings it",
                new NoClassDefFoundError("org/slf4j/Logger"),
                "the class path is not complete: class org.slf4j.Logger is missing, "
                        + "a dependency of io.github.logitops:logitops brings it",
                new NoSuchMethodError("'java.lang.String jcuda.driver.CUresult.stringFor(int)'"),
                "JCuda is not complete: method java.lang.String jcuda.driver.CUresult.stringFor(int) is missing"
                        + JCUDA,
                new NoSuchMethodException("io.github.logitops.driver.jcuda.JCudaDriver.open(int)"),
                "LogitOps is not complete: method io.github.logitops.driver.jcuda.JCudaDriver.open(int) is missing, "
                        + "io.github.logitops:logitops brings it",
                new NoSuchFieldError("Class jcuda.Pointer does not have member field 'long a'"),
                "JCuda is not complete: field jcuda.Pointer.a is missing" + JCUDA);
        reasons.forEach((failure, reason) -> assertEquals(reason, LoadFailure.reason(failure)));
        assertEquals(
                "JCuda is not complete: class jcuda.A is missing" + JCUDA,
                LoadFailure.reason(new BootstrapMethodError(new NoClassDefFoundError("jcuda/A"))));
    }

    @Test
    void anyOtherFailureIsItsOwnReason() {
        assertEquals(
                "This CUDA version is not available on MacOS",
                LoadFailure.reason(new ExceptionInInitializerError(
                        new IllegalStateException("This CUDA version is not available on MacOS"))));
        assertEquals(
                "Could not initialize class jcuda.driver.JCudaDriver",
                LoadFailure.reason(new NoClassDefFoundError("Could not initialize class jcuda.driver.JCudaDriver")));
        assertEquals("first", LoadFailure.reason(new VerifyError("\nfirst\nsecond")));
        assertEquals("java.lang.NullPointerException", LoadFailure.reason(new NullPointerException()));
        assertEquals("outer", LoadFailure.reason(new SecurityException("outer", new IllegalStateException("inner"))));
    }

    @Test
    void whoeverSearchesGetsAReasonAndItsCause() {
        SecurityException denied = new SecurityException("denied");
        for (Exception thrown : new Exception[] {denied, new InvocationTargetException(denied)}) {
            DriverException reason = assertThrows(DriverException.class, () -> LoadFailure.explain(throwing(thrown)));
            assertEquals("denied", reason.getMessage());
            assertSame(denied, reason.getCause());
        }
        DriverException explained = new DriverException("no CUDA device");
        assertSame(
                explained,
                assertThrows(
                        DriverException.class,
                        () -> LoadFailure.explain(throwing(new InvocationTargetException(explained)))));
    }

    @Test
    void errorsOfTheVirtualMachineAreNoReason() {
        OutOfMemoryError memory = new OutOfMemoryError("Java heap space");
        assertSame(
                memory,
                assertThrows(
                        OutOfMemoryError.class,
                        () -> LoadFailure.explain(throwing(new InvocationTargetException(memory)))));
        Callable<Object> search = () -> {
            throw memory;
        };
        assertSame(memory, assertThrows(OutOfMemoryError.class, () -> LoadFailure.explain(search)));
    }

    private static Callable<Object> throwing(Exception thrown) {
        return () -> {
            throw thrown;
        };
    }
}
