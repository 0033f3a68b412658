package io.github.logitops.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.logitops.LogitOps;
import io.github.logitops.OpenOptions;
import io.github.logitops.Sessions;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.ProductProblem;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;
import io.github.logitops.support.EachFloatingDType;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Products whose sums go in parts, beside those that go in tiles and blocks alone. */
class ProductLoopsTest {
    private static final int[][] SIZES = {{3, 5, 7}, {600, 3, 500}, {70, 9, 2000}, {5, 130, 4100}};

    private final HostDriver driver = new HostDriver();
    private final CpuExecutor executor = new CpuExecutor(driver);
    private final LogitOps ops = Sessions.over(driver, executor, OpenOptions.defaults());
    private final Stream stream = ops.newStream();
    private final Random random = new Random(1);

    @AfterEach
    void close() {
        stream.close();
        ops.close();
    }

    @EachFloatingDType
    void productsOfWholeNumbersAreExact(DType dtype) {
        for (int[] of : SIZES) {
            for (int way = 0; way < 8; way++) {
                requireExact(dtype, of[0], of[1], of[2], (way & 1) != 0, (way & 2) != 0, (way & 4) != 0);
            }
        }
    }

    private void requireExact(
            DType dtype, int m, int n, int k, boolean transposeA, boolean transposeB, boolean accumulate) {
        double[] a = wholeNumbers(m * k);
        double[] b = wholeNumbers(k * n);
        double[] expected = wholeNumbers(m * n);
        DType sums = dtype.arithmetic();
        try (Tensor left = ops.upload(a, dtype, transposeA ? Shape.of(k, m) : Shape.of(m, k), stream);
                Tensor right = ops.upload(b, dtype, transposeB ? Shape.of(n, k) : Shape.of(k, n), stream);
                Tensor c = ops.upload(expected, sums, Shape.of(m, n), stream)) {
            executor.run(new ProductProblem("op", left, transposeA, right, transposeB, c, accumulate, null), stream);
            for (int row = 0; row < m; row++) {
                for (int column = 0; column < n; column++) {
                    double sum = accumulate ? expected[row * n + column] : 0;
                    for (int i = 0; i < k; i++) {
                        sum += a[transposeA ? i * m + row : row * k + i]
                                * b[transposeB ? column * k + i : i * n + column];
                    }
                    expected[row * n + column] = sum;
                }
            }
            assertArrayEquals(expected, c.downloadDoubles(stream));
        }
    }

    private double[] wholeNumbers(int count) {
        return random.ints(count, -2, 3).asDoubleStream().toArray();
    }

    @Test
    void equalProductsHaveEqualBitsWhoeverComesLast() {
        int k = 8000;
        try (Tensor a = ops.upload(random.doubles(90 * k).toArray(), DType.F32, Shape.of(90, k), stream);
                Tensor b = ops.upload(random.doubles(k * 70).toArray(), DType.F32, Shape.of(k, 70), stream);
                Tensor c = ops.empty(DType.F32, Shape.of(90, 70))) {
            assertEquals(16, ProductGrid.of(90, 70, k).parts());
            float[] first = null;
            for (int i = 0; i < 20; i++) {
                executor.run(new ProductProblem("op", a, false, b, false, c, false, null), stream);
                float[] now = c.download(stream);
                assertArrayEquals(first == null ? now : first, now);
                first = now;
            }
        }
    }
}
