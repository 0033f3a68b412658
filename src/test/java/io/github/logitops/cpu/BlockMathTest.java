package io.github.logitops.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.element.BinaryFormat;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource
class BlockMathTest {
    /** The ways there are. */
    enum Way {
        PLAIN(BlockMaths.plain(), 1e-11),
        BEST(BlockMaths.best(), 2e-13),
        DOUBLE(new DoubleBlockMath(BlockMaths.plain()), 0x1p-52);

        private final BlockMath math;
        private final double error;

        Way(BlockMath math, double error) {
            this.math = math;
            this.error = error;
        }
    }

    private static final int LENGTH = 512;
    private static final double OTHER_NAN = Double.longBitsToDouble(0xFFF8000000000801L);

    private final BlockMath math;
    private final double error;

    BlockMathTest(Way way) {
        math = way.math;
        error = way.error;
    }

    /** The tests are started with the Vector API: without it, that way would not be tried. */
    @Test
    void theVectorApiIsHere() {
        assertTrue(BlockMaths.best().atOnce() >= 4, BlockMaths.best().name());
    }

    @Test
    void allNumbersOf16BitsAreWidened() {
        short[] bits = new short[LENGTH];
        double[] values = new double[LENGTH];
        for (BinaryFormat format : BinaryFormat.values()) {
            for (int from = 0; from < 1 << Short.SIZE; from += LENGTH) {
                for (int i = 0; i < LENGTH; i++) {
                    bits[i] = (short) (from + i);
                }
                math.widen(format, bits, values, LENGTH);
                for (int i = 0; i < LENGTH; i++) {
                    assertEquals(format.decode(bits[i]), values[i], format + " " + bits[i]);
                }
            }
        }
    }

    @Test
    void roundingTo16BitsIsThatOfTheFormat() {
        double[] values = new double[LENGTH];
        short[] bits = new short[LENGTH];
        short[] expected = new short[LENGTH];
        for (BinaryFormat format : BinaryFormat.values()) {
            Random random = new Random(1);
            for (int round = 0; round < 1000; round++) {
                for (int i = 0; i < LENGTH; i++) {
                    values[i] = hard(format, random);
                    expected[i] = format.encode(values[i]);
                }
                math.narrow(format, values, bits, LENGTH);
                for (int i = 0; i < LENGTH; i++) {
                    assertEquals(expected[i], bits[i], format + " " + values[i]);
                }
            }
        }
    }

    /** Anything, or close to the middle between two neighbours. */
    private static double hard(BinaryFormat format, Random random) {
        double any = Double.longBitsToDouble(random.nextLong());
        double number = format.decode((short) random.nextInt());
        double middle = number + Math.signum(number) * format.ulp(number) / 2;
        return switch (random.nextInt(5)) {
            case 0 -> any;
            case 1 -> number;
            case 2 -> middle;
            case 3 -> random.nextBoolean() ? Math.nextUp(middle) : Math.nextDown(middle);
            default ->
                List.of(0.0, -0.0, Double.MIN_VALUE, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN)
                        .get(random.nextInt(6));
        };
    }

    @Test
    void floatsAreWidenedAndRounded() {
        Random random = new Random(2);
        float[] floats = new float[LENGTH];
        double[] values = new double[LENGTH];
        for (int round = 0; round < 1000; round++) {
            for (int i = 0; i < LENGTH; i++) {
                floats[i] = Float.intBitsToFloat(random.nextInt());
            }
            math.widen(floats, values, LENGTH);
            for (int i = 0; i < LENGTH; i++) {
                assertEquals(floats[i], values[i]);
                values[i] = Double.longBitsToDouble(random.nextLong() & ~(3L << 61)) * 0x1p128;
            }
            math.narrow(values, floats, LENGTH);
            for (int i = 0; i < LENGTH; i++) {
                assertEquals((float) values[i], floats[i]);
            }
        }
    }

    @Test
    void exponentialsAreAsExactAsTheyAreSaidToBe() {
        double worst = worst(-184, 0, this::exp, StrictMath::exp);
        assertTrue(worst <= error, "error=" + worst);
    }

    @Test
    void exponentialsOfAnything() {
        assertArrayEquals(new double[] {1, 1, 0}, exp(new double[] {0, -0.0, Double.NEGATIVE_INFINITY}));
        assertArrayEquals(
                new double[] {Double.POSITIVE_INFINITY, Double.NaN, Double.NaN},
                exp(new double[] {Double.POSITIVE_INFINITY, Double.NaN, OTHER_NAN}));
        double[] low = exp(new double[] {-185, -212, -212.0000001, -300, -400, -401, -746, -1e10, -1e300});
        for (int i = 0; i < low.length; i++) {
            assertTrue(low[i] >= 0 && low[i] < 1e-79, "exponential " + i + " = " + low[i]);
        }
        for (double high : exp(new double[] {1e-9, 1, 88, 700, 701, 1e10, 1e300})) {
            assertTrue(high >= 1, "exponential=" + high);
        }
    }

    @Test
    void shiftAndUnitAreTakenIntoAccount() {
        double[] v = {5, 4, 3};
        double[] into = new double[8];
        math.exp(Arrays.copyOf(v, 8), new double[] {7, 6, 3, 0, 0, 0, 0, 0}, 0.5, into, 3);
        assertEquals(Math.exp(-1), into[0], 1e-11);
        assertEquals(Math.exp(-1), into[1], 1e-11);
        assertEquals(1, into[2]);
        math.exp(into, into, Double.MAX_VALUE, into, 3);
        assertArrayEquals(new double[] {1, 1, 1}, Arrays.copyOf(into, 3));
    }

    @Test
    void hyperbolicTangents() {
        for (double largest : new double[] {1e-9, 0.1, 1, 30}) {
            double worst = worst(-largest, largest, this::tanh, StrictMath::tanh);
            assertTrue(worst <= Math.max(error, 2 * 0x1p-52), "error=" + worst);
        }
        double[] special = {
            0, -0.0, 1e300, -1e300, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN, OTHER_NAN
        };
        double[] expected = {0, -0.0, 1, -1, 1, -1, Double.NaN, Double.NaN};
        assertArrayEquals(expected, tanh(special), 1e-11);
        assertEquals(-0.0, tanh(special)[1]);
    }

    /** Arrays are no longer than they have to be, so anything behind them would be an exception. */
    @Test
    void anyCountGivesWhatSingleElementsGive() {
        Random random = new Random(4);
        for (int count = 1; count <= 130; count++) {
            int length = (count + 7) / 8 * 8;
            double[] x = random.doubles(length, -40, 0).toArray();
            double[] exps = new double[length];
            math.exp(x, new double[length], 0.75, exps, count);
            double[] tangents = x.clone();
            math.tanh(tangents, count);
            float[] floats = new float[length];
            math.narrow(x, floats, count);
            double[] widened = new double[length];
            math.widen(floats, widened, count);
            for (int i = 0; i < count; i++) {
                double[] one = Arrays.copyOf(new double[] {x[i]}, 8);
                math.exp(one, new double[8], 0.75, one, 1);
                assertEquals(one[0], exps[i]);
                assertEquals(tanh(new double[] {x[i]})[0], tangents[i]);
                assertEquals((float) x[i], floats[i]);
                assertEquals(floats[i], widened[i]);
            }
            for (BinaryFormat format : BinaryFormat.values()) {
                short[] bits = new short[length];
                math.narrow(format, x, bits, count);
                math.widen(format, bits, widened, count);
                for (int i = 0; i < count; i++) {
                    assertEquals(format.encode(x[i]), bits[i]);
                    assertEquals(format.decode(bits[i]), widened[i]);
                }
            }
        }
    }

    /** Interpreted or compiled, early in a block or late: always the same bits. */
    @Test
    void resultsDoNotDependOnWhereAndWhen() {
        double[] first = exp(new double[] {-1.2345});
        double[] firstTangent = tanh(new double[] {-1.2345});
        double[] many = new double[LENGTH];
        Arrays.fill(many, -1.2345);
        for (int i = 0; i < 20_000; i++) {
            exp(many);
            tanh(many);
        }
        for (double value : exp(many)) {
            assertEquals(first[0], value);
        }
        for (double value : tanh(many)) {
            assertEquals(firstTangent[0], value);
        }
    }

    /** The largest error, as a fraction, over 512,000 arguments. */
    private static double worst(double from, double to, Block function, DoubleUnaryOperator exact) {
        double worst = 0;
        Random random = new Random(3);
        for (int round = 0; round < 1000; round++) {
            double[] x = random.doubles(LENGTH, from, to).toArray();
            double[] y = function.of(x);
            for (int i = 0; i < LENGTH; i++) {
                double expected = exact.applyAsDouble(x[i]);
                worst = Math.max(worst, Math.abs(y[i] - expected) / Math.abs(expected));
            }
        }
        return worst;
    }

    private interface Block {
        double[] of(double[] x);
    }

    private double[] exp(double[] x) {
        double[] into = new double[LENGTH];
        math.exp(Arrays.copyOf(x, LENGTH), new double[LENGTH], 1, into, x.length);
        return Arrays.copyOf(into, x.length);
    }

    private double[] tanh(double[] x) {
        double[] over = Arrays.copyOf(x, LENGTH);
        math.tanh(over, x.length);
        return Arrays.copyOf(over, x.length);
    }
}
