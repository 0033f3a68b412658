package io.github.logitops.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import org.junit.jupiter.api.Test;

class ContextsTest {
    @Test
    void oneByteIsItsOwnRow() {
        var contexts = new Contexts(1, 16);
        assertEquals(256, contexts.rows());
        assertEquals(0xFE, contexts.row(new byte[] {7, -2, 9}, 2));
    }

    @Test
    void longerContextsSeeEachOfTheirBytesAndNoOther() {
        var contexts = new Contexts(3, 1 << 16);
        int row = contexts.row(new byte[] {1, 2, 3}, 3);
        assertEquals(row, contexts.row(new byte[] {9, 1, 2, 3, 9}, 4));
        assertNotEquals(row, contexts.row(new byte[] {0, 2, 3}, 3));
        assertNotEquals(row, contexts.row(new byte[] {1, 0, 3}, 3));
        assertNotEquals(row, contexts.row(new byte[] {1, 2, 0}, 3));
        assertNotEquals(row, contexts.row(new byte[] {3, 2, 1}, 3));
    }

    /** 4096 contexts thrown at random into 4096 rows would meet 63 % of them. */
    @Test
    void hashSpreadsOverAllRows() {
        var contexts = new Contexts(2, 4096);
        var met = new BitSet();
        for (int i = 0; i < 4096; i++) {
            met.set(contexts.row(new byte[] {(byte) (i >> 6), (byte) (i & 63)}, 2));
        }
        assertEquals(4096, contexts.rows());
        assertTrue(met.length() <= 4096 && met.cardinality() > 2400, "rows met: " + met.cardinality());
    }
}
