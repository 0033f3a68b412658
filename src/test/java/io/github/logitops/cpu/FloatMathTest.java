package io.github.logitops.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.element.BinaryFormat;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;

class FloatMathTest {
    private static final int LENGTH = 1024;

    private final FloatMath math = BlockMaths.best().floats().orElseThrow();
    private final float[] chains = new float[FloatMath.STEP];

    @Test
    void allNumbersOf16BitsAreWidened() {
        short[] bits = new short[LENGTH];
        float[] values = new float[LENGTH];
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
        float[] values = new float[LENGTH];
        short[] bits = new short[LENGTH];
        for (BinaryFormat format : BinaryFormat.values()) {
            Random random = new Random(1);
            for (int round = 0; round < 1000; round++) {
                for (int i = 0; i < LENGTH; i++) {
                    values[i] = hard(format, random);
                }
                math.narrow(format, values, bits, LENGTH);
                for (int i = 0; i < LENGTH; i++) {
                    assertEquals(format.encode(values[i]), bits[i], format + " " + values[i]);
                }
            }
        }
    }

    /** Anything, or close to the middle between two neighbours. */
    private static float hard(BinaryFormat format, Random random) {
        float number = format.decode((short) random.nextInt());
        float middle = (float) (number + Math.signum(number) * format.ulp(number) / 2);
        return switch (random.nextInt(4)) {
            case 0 -> Float.intBitsToFloat(random.nextInt());
            case 1 -> number;
            case 2 -> middle;
            default -> random.nextBoolean() ? Math.nextUp(middle) : Math.nextDown(middle);
        };
    }

    @Test
    void exponentialsAreWithinTheirBound() {
        float[] v = new float[LENGTH];
        float[] e = new float[LENGTH];
        Random random = new Random(2);
        double worst = 0;
        for (int round = 0; round < 2000; round++) {
            for (int i = 0; i < LENGTH; i++) {
                v[i] = -(float) (random.nextDouble() * (round % 2 == 0 ? 87.2 : 2));
            }
            math.exp(v, 0, 1, e, LENGTH, chains);
            for (int i = 0; i < LENGTH; i++) {
                worst = Math.max(worst, Math.abs(e[i] / Math.exp(v[i]) - 1));
            }
        }
        assertTrue(worst < 2e-7, "error=" + worst);
    }

    @Test
    void exponentialsOfTheEnds() {
        float[] v = {5, 5 - 87.4f, -1e30f, Float.NEGATIVE_INFINITY, 5 - 87.2f, -Float.MAX_VALUE, 4.5f, 5};
        float[] e = new float[FloatMath.STEP];
        float[] padded = Arrays.copyOf(v, FloatMath.STEP);
        Arrays.fill(padded, v.length, FloatMath.STEP, Float.NEGATIVE_INFINITY);
        double sum = math.exp(padded, 5, 1, e, v.length, chains);
        assertEquals(List.of(1f, 0f, 0f, 0f), List.of(e[0], e[1], e[2], e[3]));
        assertTrue(e[4] >= Float.MIN_NORMAL && e[4] < 2e-38f, "e^-87.2=" + e[4]);
        assertEquals(0, e[5]);
        assertEquals(Math.exp(-0.5), e[6], 1e-7);
        assertEquals(2 + Math.exp(-0.5), sum, 1e-6);
        assertEquals(Math.exp(-1.5), exp(4.5f, 5, 3), 1e-7);
        float rowOfNothing = exp(Float.NEGATIVE_INFINITY, 0, 1);
        assertEquals(0, rowOfNothing);
    }

    /** Of equal numbers each addition to a chain may err to the same side. */
    @Test
    void sumsDoNotDrift() {
        float[] v = new float[2048];
        float[] e = new float[2048];
        for (int i = 1; i < 1000; i++) {
            Arrays.fill(v, -i / 500f);
            double sum = math.exp(v, 0, 1, e, v.length, chains);
            assertEquals(e[0] * 2048.0, sum, 2e-7 * sum);
            float[] ones = new float[2048];
            Arrays.fill(ones, 1);
            assertEquals(2048.0 * v[0], math.dot(v, ones, v.length, chains), 2e-7 * -v[0] * 2048);
            assertEquals(2048.0 * v[0], math.distances(v, 0, v.length, chains), 2e-7 * -v[0] * 2048);
        }
    }

    /** Shorter, it would be inlined beside other loops, and its vectors be objects: decision 29. */
    @Test
    void exponentialsAreNotInlined() throws URISyntaxException {
        Class<?> type = math.getClass();
        Path classes =
                Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
        StringWriter code = new StringWriter();
        PrintWriter out = new PrintWriter(code);
        ToolProvider.findFirst("javap").orElseThrow().run(out, out, "-c", "-cp", classes.toString(), type.getName());
        String exp = code.toString().split("double exp\\(")[1].split("\n\n")[0];
        int last = Pattern.compile("(?m)^ *(\\d+): ")
                .matcher(exp)
                .results()
                .mapToInt(each -> Integer.parseInt(each.group(1)))
                .max()
                .orElseThrow();
        assertTrue(last >= 325, "bytes of code=" + (last + 1));
    }

    private float exp(float v, float shift, float unit) {
        float[] all = new float[FloatMath.STEP];
        Arrays.fill(all, v);
        math.exp(all, shift, unit, all, all.length, chains);
        return all[0];
    }

    @Test
    void theMaximumIsThatOfFloats() {
        Random random = new Random(3);
        float[] any = {
            0, -0f, 1, -1, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY, Float.MIN_VALUE, -Float.MIN_VALUE
        };
        float[] nans = {Float.NaN, Float.intBitsToFloat(0xFFC00000), Float.intBitsToFloat(0xFF800001)};
        float[] v = new float[FloatMath.STEP];
        for (int round = 0; round < 20_000; round++) {
            int kinds = 1 + random.nextInt(any.length);
            for (int i = 0; i < v.length; i++) {
                v[i] = random.nextInt(4) == 0 ? -random.nextFloat() : any[random.nextInt(kinds)];
            }
            if (round % 5 == 0) {
                v[random.nextInt(v.length)] = nans[round / 5 % nans.length];
            }
            float max = Float.NEGATIVE_INFINITY;
            for (float each : v) {
                max = Math.max(max, each);
            }
            assertEquals(max, math.max(v, v.length));
        }
    }

    @Test
    void sumsAndProductsAreThoseOfDoubles() {
        Random random = new Random(4);
        float[] x = new float[LENGTH];
        float[] y = new float[LENGTH];
        double distances = 0;
        for (int i = 0; i < LENGTH; i++) {
            x[i] = random.nextFloat() - 3;
            y[i] = random.nextFloat();
            distances += x[i] - 0.25;
        }
        double products = 0;
        for (int i = 0; i < LENGTH; i++) {
            products += (double) x[i] * y[i];
        }
        assertEquals(products, math.dot(x, y, LENGTH, chains), 1e-7 * Math.abs(products));
        assertEquals(distances, math.distances(x, 0.25f, LENGTH, chains), 1e-7 * Math.abs(distances));
        float[] into = new float[LENGTH];
        math.shift(x, 0.5f, 2, into, LENGTH);
        assertEquals(x[7] - 0.5f - 2, into[7], 1e-6);
        math.weighDifferences(x, 0.5f, y, 2, into, LENGTH);
        assertEquals((x[9] - 0.5f) * y[9] * 2, into[9], 1e-5);
        math.affine(x, 3, 0.5f, 2, into, LENGTH);
        assertEquals((3 * x[1000] - 0.5f) * 2, into[1000], 1e-5);
    }
}
