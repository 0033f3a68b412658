package io.github.logitops.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.github.logitops.Backend;
import io.github.logitops.LogitOps;
import io.github.logitops.memory.Stream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class TextSamplerTest {
    private static byte[] sample(LogitTable table, String text, int count, long seed) {
        try (LogitOps ops = LogitOps.open(Backend.CPU);
                Stream stream = ops.newStream()) {
            return TextSampler.sample(ops, stream, table, text.getBytes(StandardCharsets.ISO_8859_1), count, seed);
        }
    }

    /** Makes {@code next} all but certain after {@code before}: a first step of Adagrad is as long as the rate. */
    private static void teach(LogitTable table, char before, char next) {
        float[] gradient = new float[LogitTable.CLASSES];
        gradient[next] = -1;
        table.update(new int[] {before}, 1, gradient, 60);
    }

    @Test
    void followsTheModel() {
        var table = new LogitTable(new Contexts(1, 1));
        teach(table, 'a', 'b');
        teach(table, 'b', 'a');
        byte[] sample = sample(table, "axx", 5, 1);
        assertEquals("babab", new String(sample, StandardCharsets.ISO_8859_1));
    }

    @Test
    void dependsOnTheSeedAlone() {
        var table = new LogitTable(new Contexts(1, 1));
        byte[] sample = sample(table, "a", 40, 1);
        assertArrayEquals(sample, sample(table, "a", 40, 1));
        assertFalse(Arrays.equals(sample, sample(table, "a", 40, 2)));
    }

    /** Uniform over 256 bytes: the mean of 4000 draws lies within five standard deviations of 127.5. */
    @Test
    void drawsInProportion() {
        byte[] sample = sample(new LogitTable(new Contexts(1, 1)), "a", 4000, 1);
        double sum = 0;
        for (byte drawn : sample) {
            sum += drawn & 0xFF;
        }
        assertEquals(127.5, sum / sample.length, 5 * 73.9 / Math.sqrt(4000));
    }
}
