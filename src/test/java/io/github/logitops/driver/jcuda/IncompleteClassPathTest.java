package io.github.logitops.driver.jcuda;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.ToolProvider;
import jcuda.JCudaVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A jar made smaller by a tool, a dependency left out, another version of JCuda: found before any native library is loaded. */
class IncompleteClassPathTest {
    private static final String JCUDA = ", org.jcuda:jcuda:" + JCudaVersion.get() + " brings it";

    @TempDir
    Path directory;

    /** A class path of its own, with some classes left out and those of {@link #directory} in front. */
    private final class OtherClassPath extends URLClassLoader {
        private final String leftOut;

        OtherClassPath(String leftOut) throws IOException {
            super(urls(directory), ClassLoader.getPlatformClassLoader());
            this.leftOut = leftOut;
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            if (name.startsWith(leftOut)) {
                throw new ClassNotFoundException(name);
            }
            return super.findClass(name);
        }
    }

    private static URL[] urls(Path first) throws MalformedURLException {
        List<URL> urls = new ArrayList<>(List.of(first.toUri().toURL()));
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            urls.add(Path.of(entry).toUri().toURL());
        }
        return urls.toArray(URL[]::new);
    }

    @Test
    void aClassOfOurs() throws Exception {
        assertReason(
                "LogitOps is not complete: class io.github.logitops.driver.jcuda.JCudaDriver is missing, "
                        + "io.github.logitops:logitops brings it",
                "io.github.logitops.driver.jcuda.JCudaDriver");
        assertReason(
                "LogitOps is not complete: class io.github.logitops.driver.jcuda.Natives is missing, "
                        + "io.github.logitops:logitops brings it",
                "io.github.logitops.driver.jcuda.Natives");
    }

    /** Which class is missed first is the virtual machine's affair. */
    @Test
    void allOfJCuda() throws Exception {
        List<String> reasons = reasons("jcuda.").stream()
                .map(reason -> reason.replaceFirst("class jcuda[.\\w]+ is", "class ANY is"))
                .toList();
        assertEquals(ReasonMain.unavailable("JCuda is not complete: class ANY is missing" + JCUDA), reasons);
    }

    @Test
    void aClassOfJCuda() throws Exception {
        assertReason(
                "JCuda is not complete: class jcuda.driver.JCudaDriver is missing" + JCUDA, "jcuda.driver.JCudaDriver");
    }

    @Test
    void aMethodOfJCuda() throws Exception {
        compile("JCudaVersion", "public class JCudaVersion {}");
        assertReason(
                "JCuda is not complete: method java.lang.String jcuda.JCudaVersion.get() is missing" + JCUDA,
                "nothing");
    }

    @Test
    void aFieldOfJCuda() throws Exception {
        compile(
                "NativePointerObject",
                "public abstract class NativePointerObject { protected NativePointerObject() {} }");
        assertReason(
                "JCuda is not complete: field jcuda.NativePointerObject.nativePointer is missing" + JCUDA, "nothing");
    }

    private void compile(String name, String source) throws IOException {
        Path file = Files.writeString(directory.resolve(name + ".java"), "package jcuda; " + source, UTF_8);
        int exitCode = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-proc:none", "-d", directory.toString(), file.toString());
        assertEquals(0, exitCode);
    }

    private void assertReason(String reason, String leftOut) throws Exception {
        assertEquals(ReasonMain.unavailable(reason), reasons(leftOut));
    }

    private List<String> reasons(String leftOut) throws Exception {
        try (OtherClassPath loader = new OtherClassPath(leftOut)) {
            List<?> reasons = (List<?>) loader.loadClass(ReasonMain.class.getName())
                    .getMethod("reasons")
                    .invoke(null);
            return reasons.stream().map(String.class::cast).toList();
        }
    }
}
