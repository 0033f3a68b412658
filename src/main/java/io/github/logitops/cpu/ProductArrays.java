package io.github.logitops.cpu;

import dev.ludovic.netlib.blas.BLAS;
import dev.ludovic.netlib.blas.JavaBLAS;
import io.github.logitops.spec.DType;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * What products are summed up in: arrays of floats or of doubles, and what a BLAS does with them. It counts matrices by columns: there a
 * matrix by rows is its transpose, and so the operands change places.
 */
interface ProductArrays<A> {
    BLAS LIBRARY = library();

    ProductArrays<float[]> FLOATS = new Floats();
    ProductArrays<double[]> DOUBLES = new Doubles();

    /**
     * Netlib's choice where it was told of a native BLAS; else the fastest in Java, as one that nobody chose may be slower. It looks for a
     * native one in any case, and would warn that there is none.
     */
    private static BLAS library() {
        Logger logger = Logger.getLogger("dev.ludovic.netlib.blas");
        Level before = logger.getLevel();
        String property = "dev.ludovic.netlib.blas.nativeLib";
        boolean told = System.getProperty(property) != null || System.getProperty(property + "Path") != null;
        logger.setLevel(told ? before : Level.OFF);
        try {
            return told ? BLAS.getInstance() : JavaBLAS.getInstance();
        } finally {
            logger.setLevel(before);
        }
    }

    A make(int length);

    /** Copies neighbouring elements to an array, from {@code at} on. */
    void read(ElementBuffer elements, int index, A into, int at, int count);

    /** Copies elements of an array, from {@code at} on, to neighbours, each rounded to their dtype. */
    void write(A from, int at, ElementBuffer elements, int index, int count);

    /** sum = op(a) op(b), or added to it, of blocks by rows: op(a) is rows x depth, op(b) depth x columns. */
    void multiply(
            int rows, int columns, int depth, A a, boolean transposeA, A b, boolean transposeB, A sum, boolean add);

    /** sum = sum + other, of so many elements. */
    void add(A sum, A other, int count);

    /** Those that matrices of this dtype go by. */
    static ProductArrays<?> of(DType dtype) {
        return dtype == DType.F64 ? DOUBLES : FLOATS;
    }

    private static String operation(boolean transpose) {
        return transpose ? "T" : "N";
    }

    /** F32, F16 and BF16. */
    final class Floats implements ProductArrays<float[]> {
        @Override
        public float[] make(int length) {
            return new float[length];
        }

        @Override
        public void read(ElementBuffer elements, int index, float[] into, int at, int count) {
            if (elements instanceof ElementBuffer.Floats floats) {
                floats.memory().get(index, into, at, count);
                return;
            }
            ElementBuffer.Shorts shorts = (ElementBuffer.Shorts) elements;
            for (int i = 0; i < count; i++) {
                into[at + i] = shorts.format().decode(shorts.memory().get(index + i));
            }
        }

        @Override
        public void write(float[] from, int at, ElementBuffer elements, int index, int count) {
            if (elements instanceof ElementBuffer.Floats floats) {
                floats.memory().put(index, from, at, count);
                return;
            }
            ElementBuffer.Shorts shorts = (ElementBuffer.Shorts) elements;
            for (int i = 0; i < count; i++) {
                shorts.memory().put(index + i, shorts.format().encode(from[at + i]));
            }
        }

        @Override
        public void add(float[] sum, float[] other, int count) {
            for (int i = 0; i < count; i++) {
                sum[i] += other[i];
            }
        }

        @Override
        public void multiply(
                int rows,
                int columns,
                int depth,
                float[] a,
                boolean transposeA,
                float[] b,
                boolean transposeB,
                float[] sum,
                boolean add) {
            int strideA = transposeA ? rows : depth;
            int strideB = transposeB ? depth : columns;
            LIBRARY.sgemm(
                    operation(transposeB),
                    operation(transposeA),
                    columns,
                    rows,
                    depth,
                    1,
                    b,
                    strideB,
                    a,
                    strideA,
                    add ? 1 : 0,
                    sum,
                    columns);
        }
    }

    /** F64. */
    final class Doubles implements ProductArrays<double[]> {
        @Override
        public double[] make(int length) {
            return new double[length];
        }

        @Override
        public void read(ElementBuffer elements, int index, double[] into, int at, int count) {
            ((ElementBuffer.Doubles) elements).memory().get(index, into, at, count);
        }

        @Override
        public void write(double[] from, int at, ElementBuffer elements, int index, int count) {
            ((ElementBuffer.Doubles) elements).memory().put(index, from, at, count);
        }

        @Override
        public void add(double[] sum, double[] other, int count) {
            for (int i = 0; i < count; i++) {
                sum[i] += other[i];
            }
        }

        @Override
        public void multiply(
                int rows,
                int columns,
                int depth,
                double[] a,
                boolean transposeA,
                double[] b,
                boolean transposeB,
                double[] sum,
                boolean add) {
            int strideA = transposeA ? rows : depth;
            int strideB = transposeB ? depth : columns;
            LIBRARY.dgemm(
                    operation(transposeB),
                    operation(transposeA),
                    columns,
                    rows,
                    depth,
                    1,
                    b,
                    strideB,
                    a,
                    strideA,
                    add ? 1 : 0,
                    sum,
                    columns);
        }
    }
}
