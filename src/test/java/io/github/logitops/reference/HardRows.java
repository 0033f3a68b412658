package io.github.logitops.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Random;

/** Rows that tell a good oracle from one that rounds before it subtracts, and how near it has to come. */
final class HardRows {
    static final double[] OFFSETS = {0, 1e3, -1e4, 1e6, -1e9, 1e30, 1e300};

    private HardRows() {}

    /** A row of 1 to 40 classes about an offset. */
    static double[] draw(double offset, Random random) {
        double[] x = new double[1 + random.nextInt(40)];
        int kind = random.nextInt(6);
        for (int j = 0; j < x.length; j++) {
            double away = switch (kind) {
                case 0 -> 0;
                case 1 -> (random.nextInt(5) - 2) * Math.ulp(Math.max(1, Math.abs(offset)));
                case 2 -> random.nextInt(4) == 0 ? 80 * random.nextGaussian() : random.nextGaussian();
                default -> 3 * random.nextGaussian();
            };
            x[j] = offset + away;
        }
        for (int j = 1; j < x.length && kind == 3; j += 3) {
            x[j] = Double.NEGATIVE_INFINITY;
        }
        return x;
    }

    static double draw(Random random, double... values) {
        return values[random.nextInt(values.length)];
    }

    static double[] gaussians(int count, Random random) {
        double[] values = new double[count];
        Arrays.setAll(values, j -> random.nextGaussian());
        return values;
    }

    /** The nearest double, but for what the terms leave: a 200th of their own last places, or 2 of numbers without a low part. */
    static void assertNearest(BigDecimal exact, double actual, double terms, String what) {
        double size = Math.abs(exact.doubleValue());
        assertWithin(exact, actual, 0x1.01p-53 * size + 1e-18 * terms + (size < 1e-270 ? 0x1p-51 * size : 0), what);
    }

    /** Two units in the last place of the sum of the terms' sizes, where several rounded numbers were added up. */
    static void assertNear(BigDecimal exact, double actual, double terms, String what) {
        assertWithin(exact, actual, 4e-16 * terms, what);
    }

    private static void assertWithin(BigDecimal exact, double actual, double bound, String what) {
        String numbers = what + ": exact=" + exact.doubleValue() + ", actual=" + actual;
        if (Double.isInfinite(exact.doubleValue())) {
            assertEquals(exact.doubleValue(), actual, numbers);
            return;
        }
        assertTrue(Double.isFinite(actual), numbers);
        double off = Decimal.of(actual).subtract(exact).abs().doubleValue();
        assertTrue(off <= bound + Double.MIN_VALUE, numbers + ", off=" + off + ", bound=" + bound);
    }
}
