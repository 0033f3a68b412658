package io.github.logitops.driver.jcuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.support.ChildJvm;
import io.github.logitops.support.CudaStub;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real JCublas, on a stub of cuBLAS: see src/test/c/libcublas.c. */
class CublasLibraryTest {
    private static final String CUDA_12 = "libcublas.so.12";
    private static final String CUDA_13 = "libcublas.so.13";

    @TempDir
    Path directory;

    @BeforeEach
    void compileTheDriver() throws Exception {
        CudaStub.compile(directory);
    }

    @Test
    void withoutCublasBothNamesAreSaid() {
        String missing = ": cannot open shared object file";
        assertSays("none: " + CUDA_12 + missing + "; " + CUDA_13 + missing);
    }

    @Test
    void thatOfCuda12IsTakenAsItIs() throws Exception {
        CudaStub.compileCublas(directory, CUDA_12, CUDA_12, 120604);
        CudaStub.compileCublas(directory, CUDA_13, CUDA_13, 130100);
        assertSays("cublas 12.6.4, libcublas.so.12");
        assertFalse(Files.exists(directory.resolve("logitops-" + CUDA_13)));
    }

    @Test
    void thatOfCuda13IsTakenWhereItIsAlone() throws Exception {
        CudaStub.compileCublas(directory, CUDA_13, CUDA_13, 130100);
        assertSays("cublas 13.1.0, libcublas.so.13");
        String library = Natives.fileName("JCublas2");
        assertTrue(Files.exists(directory.resolve("logitops-" + CUDA_13).resolve(library)));
        assertFalse(Files.exists(directory.resolve(library)), "others take what has this name for JCublas as it is");
    }

    @Test
    void itsSymbolsMayHaveAnyVersion() throws Exception {
        CudaStub.compileCublas(directory, CUDA_13, "libcublas_other", 130204);
        assertSays("cublas 13.2.4, libcublas.so.13");
    }

    @Test
    void productsAreOfMatricesByRows() throws Exception {
        CudaStub.compileCublas(directory, CUDA_13, CUDA_13, 130100);
        List<String> expected = new ArrayList<>();
        for (String type : List.of("F32", "F64")) {
            for (int way = 0; way < 8; way++) {
                expected.add("product " + type + " " + way + " right");
            }
        }
        assertSays(ProductsMain.class, expected);
    }

    @Test
    void withoutCublasOnlyOpsWithProductsAreUnavailable() {
        String missing = ": cannot open shared object file";
        String reason = CUDA_12 + missing + "; " + CUDA_13 + missing;
        assertSays(ProductsMain.class, List.of("none: " + reason, "none: CUDA backend unavailable: " + reason));
    }

    private void assertSays(String expected) {
        assertSays(CublasMain.class, List.of(expected, expected));
    }

    private void assertSays(Class<?> main, List<String> expected) {
        ChildJvm.End end =
                ChildJvm.start(main, directory, CudaStub.environment(directory)).await();
        List<String> lines = end.lines().stream()
                .filter(line -> line.matches("(cublas|none:|product) .*"))
                .toList();
        assertEquals(expected, lines, end.lines()::toString);
    }
}
