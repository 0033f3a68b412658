package io.github.logitops.driver.jcuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.support.ChildJvm;
import io.github.logitops.support.CudaStub;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;

/** What is wrong with a process is the reason why CUDA does not run in it, at each attempt, and AUTO opens the CPU mode. */
class UnavailableCudaTest {
    @TempDir
    Path directory;

    @Test
    void anEmptyFolderForTemporaryFiles() {
        assertEquals(
                ReasonMain.unavailable("no folder for JCuda's natives: java.io.tmpdir="),
                reasons(Map.of(), "-Djava.io.tmpdir="));
    }

    @Test
    void aFolderThatTheLocaleCannotSpell() throws Exception {
        Path options = directory.resolve("options"); // the launcher reads bytes from it, whatever this process's locale
        Files.writeString(options, "-Djava.io.tmpdir=/tmp/\u00fc");
        List<String> reasons = reasons(Map.of("LC_ALL", "C"), "@" + options);
        String reason = "cannot unpack JCudaDriver into java.io.tmpdir: java.nio.file.InvalidPathException: "
                + "Malformed input or input contains unmappable characters: /tmp/??";
        assertEquals(ReasonMain.unavailable(reason), reasons);
    }

    /** On JDK 17 alone: from JDK 24 on there is none. */
    @Test
    @EnabledForJreRange(max = JRE.JAVA_17)
    void aFolderThatASecurityManagerHides() throws Exception {
        Path policy = directory.resolve("policy");
        Files.writeString(policy, """
                        grant {
                          permission java.io.FilePermission "<<ALL FILES>>", "read";
                          permission java.lang.RuntimePermission "*";
                          permission java.lang.reflect.ReflectPermission "*";
                          permission java.util.PropertyPermission "logitops.*", "read";
                          permission java.util.PropertyPermission "os.*", "read";
                          permission java.util.PropertyPermission "slf4j.*", "read";
                        };
                        """);
        List<String> reasons = reasons(Map.of(), "-Djava.security.manager", "-Djava.security.policy==" + policy);
        String reason = "cannot unpack JCudaDriver into java.io.tmpdir: java.security.AccessControlException: "
                + "access denied (\"java.util.PropertyPermission\" \"java.io.tmpdir\" \"read\")";
        assertEquals(ReasonMain.unavailable(reason), reasons);
    }

    @Test
    void aJavaRuntimeWithoutAModule() {
        assertEquals(
                ReasonMain.unavailable("the Java runtime is not complete: class java.util.logging.Logger is missing, "
                        + "module java.logging brings it"),
                reasons(Map.of(), "--limit-modules=java.base"));
    }

    /** On the stub, whose answer proves that JCuda loaded what was published. */
    @Test
    void aRelativeFolderForTemporaryFilesIsFine() throws Exception {
        CudaStub.compile(directory);
        Map<String, String> environment = CudaStub.environment(directory);
        environment.put("LOGITOPS_STUB_DEVICE", "0 0 0");
        Path published = Files.createDirectory(directory.resolve("published"));
        String relative =
                Path.of("").toRealPath().relativize(published.toRealPath()).toString();
        List<String> expected = new ArrayList<>(ReasonMain.unavailable("no CUDA device"));
        expected.add(relative); // as it was before
        assertEquals(expected, reasons(List.of("java.io.tmpdir"), environment, "-Djava.io.tmpdir=" + relative));
        assertTrue(Files.exists(published.resolve(Natives.fileName("JCudaDriver"))));
    }

    /** Found when the device is open already. */
    @Test
    void anotherVersionOfAClassThatKernelsNeed() throws Exception {
        CudaStub.compile(directory);
        Path source = Files.writeString(
                directory.resolve("KernelCatalog.java"), "package io.github.logitops.device; class KernelCatalog {}");
        assertEquals(
                0,
                ToolProvider.getSystemJavaCompiler()
                        .run(null, null, null, "-proc:none", "-d", directory.toString(), source.toString()));
        String reason = "LogitOps is not complete: method void io.github.logitops.device.KernelCatalog.<init>"
                + "(io.github.logitops.driver.Driver) is missing, io.github.logitops:logitops brings it";
        String classPath = directory + File.pathSeparator + System.getProperty("java.class.path");
        assertEquals(ReasonMain.unavailable(reason), reasons(CudaStub.environment(directory), "-cp", classPath));
    }

    /** What a process with these options prints; it has no logging but slf4j, which then asks for the least. */
    private List<String> reasons(Map<String, String> environment, String... options) {
        return reasons(List.of(), environment, options);
    }

    private List<String> reasons(List<String> properties, Map<String, String> environment, String... options) {
        List<String> all = new ArrayList<>(List.of(options));
        all.add("-Dslf4j.provider=org.slf4j.helpers.NOP_FallbackServiceProvider");
        return ReasonMain.printed(
                ChildJvm.start(all, ReasonMain.class, directory, environment, properties.toArray(String[]::new))
                        .await());
    }
}
