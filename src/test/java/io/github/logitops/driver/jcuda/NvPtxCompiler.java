package io.github.logitops.driver.jcuda;

import static jcuda.nvptxcompiler.JNvPTXCompiler.nvPTXCompilerCompile;
import static jcuda.nvptxcompiler.JNvPTXCompiler.nvPTXCompilerCreate;
import static jcuda.nvptxcompiler.JNvPTXCompiler.nvPTXCompilerDestroy;
import static jcuda.nvptxcompiler.JNvPTXCompiler.nvPTXCompilerGetCompiledProgramSize;
import static jcuda.nvptxcompiler.JNvPTXCompiler.nvPTXCompilerGetErrorLog;
import static jcuda.nvptxcompiler.JNvPTXCompiler.nvPTXCompilerGetErrorLogSize;
import static jcuda.nvptxcompiler.JNvPTXCompiler.nvPTXCompilerGetInfoLog;
import static jcuda.nvptxcompiler.JNvPTXCompiler.nvPTXCompilerGetInfoLogSize;
import static jcuda.nvptxcompiler.JNvPTXCompiler.nvPTXCompilerGetVersion;

import io.github.logitops.memory.DriverException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jcuda.nvptxcompiler.nvPTXCompileResult;
import jcuda.nvptxcompiler.nvPTXCompilerHandle;

/** NVIDIA's compiler from PTX to machine code, of CUDA 12.0, which comes with JCuda and needs no GPU. */
final class NvPtxCompiler {
    private static final Pattern ENTRY = Pattern.compile("Compiling entry function '([^']+)'"
            + ".*?(\\d+) bytes spill stores, (\\d+) bytes spill loads.*?Used (\\d+) registers");

    private NvPtxCompiler() {}

    /** What a kernel takes. */
    record Usage(int registers, int spilledBytes) {}

    /** What came out: the size of the machine code, and each kernel's usage by its name. */
    record Compiled(long cubinBytes, Map<String, Usage> entries) {}

    /** Whether it runs here. */
    static boolean isAvailable() {
        try {
            Natives.load("JNvPTXCompiler", () -> nvPTXCompilerGetVersion(new int[1], new int[1]));
            return true;
        } catch (DriverException e) {
            return false;
        }
    }

    /** Compiles for an architecture such as 90, or throws what the compiler has against it. */
    static Compiled compile(byte[] ptx, int architecture) {
        nvPTXCompilerHandle compiler = new nvPTXCompilerHandle();
        require(nvPTXCompilerCreate(compiler, ptx.length, ptx), "create", "");
        try {
            int compiled =
                    nvPTXCompilerCompile(compiler, 2, new String[] {"--gpu-name=sm_" + architecture, "--verbose"});
            if (compiled != nvPTXCompileResult.NVPTXCOMPILE_SUCCESS) {
                long[] size = new long[1];
                nvPTXCompilerGetErrorLogSize(compiler, size);
                byte[] log = new byte[(int) size[0] + 1];
                nvPTXCompilerGetErrorLog(compiler, log);
                require(compiled, "compile for sm_" + architecture, text(log));
            }
            long[] size = new long[1];
            require(nvPTXCompilerGetInfoLogSize(compiler, size), "log size", "");
            byte[] log = new byte[(int) size[0] + 1];
            require(nvPTXCompilerGetInfoLog(compiler, log), "log", "");
            require(nvPTXCompilerGetCompiledProgramSize(compiler, size), "program size", "");
            return new Compiled(size[0], usages(text(log)));
        } finally {
            nvPTXCompilerDestroy(compiler);
        }
    }

    private static Map<String, Usage> usages(String log) {
        Map<String, Usage> usages = new TreeMap<>();
        // An entry's report ends where the next one's begins, so that a missing line cannot borrow the next entry's.
        for (String report : log.split("(?=Compiling entry function)")) {
            Matcher entry = ENTRY.matcher(report.replaceAll("\\s+", " "));
            if (entry.find()) {
                int spilled = Integer.parseInt(entry.group(2)) + Integer.parseInt(entry.group(3));
                usages.put(entry.group(1), new Usage(Integer.parseInt(entry.group(4)), spilled));
            }
        }
        return usages;
    }

    private static void require(int code, String what, String log) {
        if (code != nvPTXCompileResult.NVPTXCOMPILE_SUCCESS) {
            throw new IllegalArgumentException(
                    "PTX compiler: " + what + ": " + nvPTXCompileResult.stringFor(code) + "\n" + log);
        }
    }

    private static String text(byte[] zeroTerminated) {
        String text = new String(zeroTerminated, StandardCharsets.UTF_8);
        return text.substring(0, text.indexOf(0));
    }
}
