package io.github.logitops.cpu;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Runs an op tile by tile on all cores: each worker has its tiles or, if there are only a few long rows, all have parts of one. A row's
 * result does not depend on which, nor on what else is in the batch. The scratch of all workers is taken when this is made, so that an op
 * that has too little writes nothing.
 */
final class ParallelRows {
    /** Elements that a worker takes at a time. */
    private static final long GRAIN = 8192;

    /** Elements for which another thread is worth waking, which takes as long as some tens of microseconds of exponentials. */
    private static final long WORTH = 16_384;

    private static final long WORTH_IN_FLOATS = 65_536;

    private final long rows;
    private final Tiling tiling;
    private final BlockMath math;
    private final ScratchPool pool;
    private final List<Scratch> scratch; // one for each worker
    private final boolean parts; // of one row for each worker

    /**
     * @param op for the message
     * @param needs of each tile
     * @throws io.github.logitops.memory.DeviceOutOfMemoryException if the heap has no room for the scratch
     */
    ParallelRows(String op, long rows, Scratch.Needs needs, BlockMath math, ScratchPool pool) {
        this.rows = rows;
        this.tiling = needs.tiling();
        this.math = math;
        this.pool = pool;
        long worth = needs.parts() > 0 ? WORTH_IN_FLOATS : WORTH;
        long columns = tiling.columns();
        this.parts = rows < 2L * pool.threads() && columns >= 2 * worth;
        long most = parts ? columns / worth : Math.min(rows, Math.max(1, rows / Tiling.ceilDiv(worth, columns)));
        int workers = (int) Math.min(most, pool.threads());
        this.scratch = pool.take(op, workers, parts ? needs.sharedBy(workers) : needs);
    }

    private long tilesAtOnce() {
        return Math.max(1, GRAIN / ((long) tiling.rows() * tiling.columns()));
    }

    /**
     * Calls {@code work} with tiles that together are all rows, and returns when all calls have. If one fails, no more tiles are begun
     * than were under way, and that failure is thrown. For one use.
     */
    void forEach(Consumer<Tile> work) {
        if (scratch.isEmpty()) {
            return;
        }
        if (parts) {
            Tile tile = new Tile(tiling, math, scratch);
            for (long row = 0; row < rows; row++) {
                tile.begin(row, 1);
                work.accept(tile);
            }
        } else {
            AtomicLong next = new AtomicLong(); // the first tile that nobody took
            AtomicBoolean failed = new AtomicBoolean();
            Together.each(scratch, own -> runTiles(new Tile(tiling, math, List.of(own)), work, next, failed));
        }
        pool.giveBack(scratch);
    }

    private void runTiles(Tile tile, Consumer<Tile> work, AtomicLong next, AtomicBoolean failed) {
        long atOnce = tilesAtOnce();
        long tiles = tiling.tiles(rows);
        boolean done = false;
        try {
            for (long from = next.getAndAdd(atOnce); from < tiles && !failed.get(); from = next.getAndAdd(atOnce)) {
                for (long i = from; i < Math.min(tiles, from + atOnce); i++) {
                    long first = i * tiling.rows();
                    tile.begin(first, (int) Math.min(tiling.rows(), rows - first));
                    work.accept(tile);
                }
            }
            done = true;
        } finally {
            if (!done) {
                failed.set(true);
            }
        }
    }
}
