package io.github.logitops.spark;

import dev.ludovic.netlib.blas.BLAS;

/**
 * Products of dense blocks, by the BLAS that Spark takes too. The op with a linear layer would do; but it takes any dtype and stride, and
 * in the CPU mode copies what it multiplies, which is much of the work for rows as short as these (decision 33).
 */
final class DenseProducts implements BlockProducts {
    private static final BLAS ON_CPU = BLAS.getInstance();

    private final int classes;
    private final int columns;
    private final Numbers weight;
    private final Numbers gradient; // of a block: sums are in double
    private final double[] sums;

    DenseProducts(TaskSettings settings, double[] point) {
        classes = settings.classes();
        columns = settings.columns();
        weight = Numbers.of(settings.dtype(), point);
        gradient = Numbers.zeros(settings.dtype(), point.length);
        sums = new double[point.length];
    }

    @Override
    public void logits(Block block, Numbers logits) {
        // a BLAS counts by columns: its matrices are the transposed ones
        multiply("T", "N", classes, block.rows(), columns, weight, columns, block.dense(), columns, logits, classes);
    }

    @Override
    public void addGradient(Block block, Numbers ofLogits) {
        multiply(
                "N", "T", columns, classes, block.rows(), block.dense(), columns, ofLogits, classes, gradient, columns);
        gradient.addTo(sums);
    }

    private static void multiply(
            String transA,
            String transB,
            int m,
            int n,
            int k,
            Numbers a,
            int lda,
            Numbers b,
            int ldb,
            Numbers c,
            int ldc) {
        if (c.doubles() != null) {
            ON_CPU.dgemm(transA, transB, m, n, k, 1, a.doubles(), lda, b.doubles(), ldb, 0, c.doubles(), ldc);
        } else {
            ON_CPU.sgemm(transA, transB, m, n, k, 1, a.floats(), lda, b.floats(), ldb, 0, c.floats(), ldc);
        }
    }

    @Override
    public void addTo(double[] all) {
        for (int i = 0; i < all.length; i++) {
            all[i] += sums[i];
        }
    }
}
