package io.github.logitops.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ShapeTest {
    @Test
    void countsElements() {
        assertEquals(24, Shape.of(2, 3, 4).elements());
        assertEquals(1, Shape.of().elements());
        assertEquals(0, Shape.of(0, 5).elements());
        assertEquals("[2, 3]", Shape.of(2, 3).toString());
        assertEquals(Shape.of(2, 3), Shape.of(2, 3));
        assertEquals(Shape.of(2, 4), Shape.of(2, 3, 4).without(Axis.of(1)));
        assertEquals(Shape.of(2, 3), Shape.of(2, 3, 4).without(Axis.LAST));
    }

    @Test
    void namesBadExtents() {
        assertMessage("shape: extents must not be negative: shape=[2, -1]", () -> Shape.of(2, -1));
        assertMessage(
                "shape: more than 2^63-1 elements: shape=[4294967296, 4294967296]", () -> Shape.of(1L << 32, 1L << 32));
        assertMessage(
                "axis: no such dimension: axis=2, shape=[2, 3]",
                () -> Axis.of(2).in(Shape.of(2, 3)));
        assertMessage(
                "axis: no such dimension: axis=-3, shape=[2, 3]",
                () -> Axis.of(-3).in(Shape.of(2, 3)));
    }

    @Test
    void layoutsKnowTheirPadding() {
        Layout padded = new Layout(Shape.of(2, 3, 5), 8);
        assertFalse(padded.isDense());
        assertEquals(5 * 8 + 5, padded.span());
        assertEquals(24, padded.stride(0));
        assertEquals(8, padded.stride(1));
        assertEquals(1, padded.stride(2));
        assertTrue(new Layout(Shape.of(1, 5), 8).isDense());
        assertEquals(0, new Layout(Shape.of(0, 5), 8).span());
        assertEquals(1, Layout.dense(Shape.of()).span());
        assertMessage("layout: rows must not overlap: shape=[2, 5], rowStride=4", () -> new Layout(Shape.of(2, 5), 4));
        assertMessage(
                "layout: spans more than 2^63-1 elements: shape=[4294967296, 1], rowStride=4294967296",
                () -> new Layout(Shape.of(1L << 32, 1), 1L << 32));
    }

    @Test
    void optionsNameWhatIsWrong() {
        CrossEntropyOptions defaults = CrossEntropyOptions.defaults();
        for (double bad : new double[] {-0.1, 1.1, Double.NaN}) {
            assertMessage(
                    "crossEntropy: label smoothing must be in [0, 1]: labelSmoothing=" + bad,
                    () -> defaults.withLabelSmoothing(bad));
        }
        assertTrue(defaults.ignores(-100));
        assertFalse(defaults.withoutIgnoreIndex().ignores(-100));
        assertTrue(defaults.withIgnoreIndex(3).ignores(3));
    }

    private static void assertMessage(String message, Runnable call) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
    }
}
