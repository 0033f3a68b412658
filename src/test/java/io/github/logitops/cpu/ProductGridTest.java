package io.github.logitops.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.cpu.MatrixView.Part;
import org.junit.jupiter.api.Test;

class ProductGridTest {
    private static final int[] SIZES = {0, 1, 63, 64, 65, 480, 481, 512, 513, 1031, 8000, 128256};

    @Test
    void tilesAreAllOfTheProductAndBlocksAllOfItsDepth() {
        for (int m : SIZES) {
            for (int n : SIZES) {
                for (int k : SIZES) {
                    requireWhole(m, n, k);
                }
            }
        }
    }

    private static void requireWhole(int m, int n, int k) {
        String what = "m=" + m + ", n=" + n + ", k=" + k;
        ProductGrid grid = ProductGrid.of(m, n, k);
        long elements = 0;
        for (Part tile : grid.tiles()) {
            elements += (long) tile.rows() * tile.columns();
            assertTrue((long) tile.rows() * tile.columns() <= grid.tileSize(), what);
            assertTrue(tile.row() + tile.rows() <= m && tile.column() + tile.columns() <= n, what);
        }
        assertEquals((long) m * n, elements, what);
        assertEquals(0, grid.firstBlock(0), what);
        assertEquals(grid.blocks(), grid.firstBlock(grid.parts()), what);
        for (int part = 0; part < grid.parts() && k > 0; part++) {
            assertTrue(grid.firstBlock(part) < grid.firstBlock(part + 1), what);
        }
        int end = 0;
        for (int block = 0; block < grid.blocks(); block++) {
            assertEquals(end, grid.start(block), what);
            end = grid.start(block + 1);
            assertTrue(end > grid.start(block) && end - grid.start(block) <= 480, what);
        }
        assertEquals(k, end, what);
    }

    @Test
    void largeProductsHaveSharesForAllCores() {
        assertEquals(16, ProductGrid.of(512, 8000, 512).tiles().size());
        assertEquals(1, ProductGrid.of(512, 8000, 512).parts());
        ProductGrid deep = ProductGrid.of(512, 512, 8000);
        assertEquals(2, deep.tiles().size());
        assertEquals(8, deep.parts());
        assertEquals(16, deep.shares());
    }
}
