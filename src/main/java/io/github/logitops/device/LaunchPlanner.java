package io.github.logitops.device;

import io.github.logitops.op.Rows;

/**
 * Chooses a tier and a launch geometry: pure arithmetic on shapes and strides. The tier depends on how a row lies and not on
 * how many rows came along, so that a row's result does not either.
 */
final class LaunchPlanner {
    /** The block size that the GMEM kernels and the one-block kernels are written for. */
    static final int BLOCK_THREADS = 256;

    private static final int COLUMN_THREADS = 128;
    private static final long MAX_BLOCKS = Integer.MAX_VALUE;

    private LaunchPlanner() {}

    /**
     * Blocks and threads of a launch.
     *
     * @param blocks blocks in the grid
     * @param threads threads in a block
     */
    record Geometry(int blocks, int threads) {}

    /** The tier for tensors that lie like these, which have one shape and may differ in strides. */
    static Tier tier(Rows... operands) {
        for (Rows rows : operands) {
            if (rows.inner() != 1 || rows.axisStride() != 1) {
                return Tier.COLS;
            }
        }
        return Tier.GMEM;
    }

    /** A block for each row, or a thread for each; kernels stride over rows that the grid does not reach. */
    static Geometry geometry(Tier tier, long rows) {
        return switch (tier) {
            case GMEM -> new Geometry((int) Math.min(rows, MAX_BLOCKS), BLOCK_THREADS);
            case COLS ->
                new Geometry((int) Math.min((rows + COLUMN_THREADS - 1) / COLUMN_THREADS, MAX_BLOCKS), COLUMN_THREADS);
        };
    }
}
