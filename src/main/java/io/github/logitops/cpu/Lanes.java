package io.github.logitops.cpu;

/**
 * Loops over the lanes of a block. Each goes over its arrays with one index, so that the compiler takes several lanes at once; an
 * offset in one of them would keep it from that, as the condition of {@link #multiplyUnlessZero} does.
 */
final class Lanes {
    private Lanes() {}

    /** into = (v - shift) unit. */
    static void shifted(double[] v, double[] shift, double unit, double[] into, int count) {
        for (int i = 0; i < count; i++) {
            into[i] = (v[i] - shift[i]) * unit;
        }
    }

    /** x = x + y. */
    static void add(double[] x, double[] y, int count) {
        for (int i = 0; i < count; i++) {
            x[i] += y[i];
        }
    }

    /** sum = sum + x, and what that rounds off is added to {@code lost} (Knuth's TwoSum). */
    static void addExactly(double[] sum, double[] lost, double[] x, int count) {
        for (int i = 0; i < count; i++) {
            double next = sum[i] + x[i];
            double added = next - sum[i];
            lost[i] += (sum[i] - (next - added)) + (x[i] - added);
            sum[i] = next;
        }
    }

    /** into = x - y. */
    static void difference(double[] x, double[] y, double[] into, int count) {
        for (int i = 0; i < count; i++) {
            into[i] = x[i] - y[i];
        }
    }

    /** x = x - y. */
    static void subtract(double[] x, double[] y, int count) {
        for (int i = 0; i < count; i++) {
            x[i] -= y[i];
        }
    }

    /** into = x y. */
    static void product(double[] x, double[] y, double[] into, int count) {
        for (int i = 0; i < count; i++) {
            into[i] = x[i] * y[i];
        }
    }

    /** x = x y. */
    static void multiply(double[] x, double[] y, int count) {
        for (int i = 0; i < count; i++) {
            x[i] *= y[i];
        }
    }

    /** x = x y, but 0 where x is, even if y is infinite. */
    static void multiplyUnlessZero(double[] x, double[] y, int count) {
        for (int i = 0; i < count; i++) {
            x[i] = weighted(x[i], y[i]);
        }
    }

    /** factor * value, but 0 where the factor is, even at infinity. */
    static double weighted(double factor, double value) {
        return factor == 0 ? 0 : factor * value;
    }

    /** x = a x + b. */
    static void affine(double[] x, double a, double b, int count) {
        for (int i = 0; i < count; i++) {
            x[i] = a * x[i] + b;
        }
    }

    /** x = a x. */
    static void scale(double[] x, double a, int count) {
        for (int i = 0; i < count; i++) {
            x[i] *= a;
        }
    }

    /** x = max(x, y), and NaN where one is. */
    static void max(double[] x, double[] y, int count) {
        for (int i = 0; i < count; i++) {
            x[i] = Math.max(x[i], y[i]);
        }
    }

    /** x = max(x, y). */
    static void atLeast(double[] x, double y, int count) {
        for (int i = 0; i < count; i++) {
            x[i] = Math.max(x[i], y);
        }
    }
}
