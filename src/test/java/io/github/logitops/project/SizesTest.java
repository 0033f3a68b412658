package io.github.logitops.project;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** How long files and methods are, as CONTRIBUTING says. */
class SizesTest {
    private static final int MOST_LINES_OF_A_FILE = 399;
    private static final int MOST_LINES_OF_A_METHOD = 59;

    private static List<Path> sources() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src"))) {
            return files.filter(each -> each.toString().endsWith(".java"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void filesAreShort() throws IOException {
        List<String> longer = new ArrayList<>();
        for (Path file : sources()) {
            int lines = Files.readAllLines(file).size();
            if (lines > MOST_LINES_OF_A_FILE) {
                longer.add(file + ": lines=" + lines);
            }
        }
        assertEquals(List.of(), longer);
    }

    @Test
    void methodsAreShort() throws IOException {
        List<Method> methods = methods();
        assertTrue(methods.size() > 1000, () -> "only " + methods.size());
        assertEquals(
                List.of(),
                methods.stream()
                        .filter(method -> method.lines() > MOST_LINES_OF_A_METHOD)
                        .map(Method::toString)
                        .toList());
    }

    private static List<Method> methods() throws IOException {
        List<Method> methods = new ArrayList<>();
        try (StandardJavaFileManager files =
                ToolProvider.getSystemJavaCompiler().getStandardFileManager(null, null, null)) {
            JavacTask task = (JavacTask) ToolProvider.getSystemJavaCompiler()
                    .getTask(
                            null,
                            files,
                            null,
                            List.of("-proc:none"),
                            null,
                            files.getJavaFileObjectsFromPaths(sources()));
            SourcePositions positions = Trees.instance(task).getSourcePositions();
            for (CompilationUnitTree unit : task.parse()) {
                new TreeScanner<Void, Void>() {
                    @Override
                    public Void visitMethod(MethodTree method, Void none) {
                        methods.add(Method.of(unit, method, positions));
                        return super.visitMethod(method, none);
                    }
                }.scan(unit, null);
            }
        }
        return methods;
    }

    /** From its modifiers to its closing brace. */
    private record Method(String file, String name, long lines) {
        static Method of(CompilationUnitTree unit, MethodTree method, SourcePositions positions) {
            long first = unit.getLineMap().getLineNumber(positions.getStartPosition(unit, method));
            long last = unit.getLineMap().getLineNumber(positions.getEndPosition(unit, method));
            return new Method(unit.getSourceFile().getName(), method.getName().toString(), last - first + 1);
        }
    }
}
