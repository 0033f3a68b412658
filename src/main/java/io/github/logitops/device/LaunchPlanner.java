package io.github.logitops.device;

import io.github.logitops.op.Rows;
import io.github.logitops.spec.DType;

/**
 * Chooses a tier and a launch geometry: pure arithmetic on shapes and strides. What a row's bits depend on, the tier and the
 * threads that share the row, depends on how the row lies and how long it is, not on how many rows came along or on the device.
 */
final class LaunchPlanner {
    /** The block size of kernels that walk no rows. */
    static final int ONE_BLOCK = KernelManifest.geometry("OneBlock");

    // What each is, kernels/include/geometry.cuh says.
    private static final int ROW_THREADS = KernelManifest.geometry("RowThreads");
    private static final int ROW_THREADS_F64 = KernelManifest.geometry("RowThreadsF64");
    private static final int SMALL_BLOCK = KernelManifest.geometry("SmallBlock");
    private static final int FRAGMENT_BYTES = KernelManifest.geometry("FragmentBytes");
    private static final int VECTOR_BYTES = KernelManifest.geometry("VectorBytes");
    private static final int OWN_SHARED_BYTES = KernelManifest.geometry("OwnSharedBytes");

    private static final int WARP = 32;
    private static final long MAX_BLOCKS = Integer.MAX_VALUE;

    private LaunchPlanner() {}

    /**
     * Blocks and threads of a launch.
     *
     * @param blocks blocks in the grid
     * @param threads threads in a block that share a row; all of them in COLS
     * @param rowsOfBlock rows that a block has at a time; 1 in COLS
     * @param keptFragments fragments of each thread that wait in shared memory, of every row that is kept
     * @param sharedBytes dynamic shared memory of a block
     */
    record Geometry(int blocks, int threads, int rowsOfBlock, int keptFragments, int sharedBytes) {
        /** Blocks that keep nothing. */
        Geometry(int blocks, int threads) {
            this(blocks, threads, 1, 0, 0);
        }
    }

    /** The tier for rows of this shape along this axis. Strides do not matter: every operand of an op has the same tier. */
    static Tier tier(Rows rows) {
        return rows.innermost() ? Tier.ROWS : Tier.COLS;
    }

    /**
     * The geometry for rows like these; kernels step on to rows that the grid does not reach.
     *
     * @param keptBytes what the kernel keeps of each column
     * @param maxSharedBytes what the device has for a block
     */
    static Geometry geometry(Tier tier, long rows, int classes, DType dtype, int keptBytes, int maxSharedBytes) {
        if (tier == Tier.COLS) {
            return threadPerRow(rows);
        }
        int threads = threads(classes, dtype);
        int rowsOfBlock = threads > WARP ? 1 : SMALL_BLOCK / threads; // a barrier is for one row
        int fragment = FRAGMENT_BYTES / dtype.arithmetic().bytes();
        int fragments = (int) (((long) classes + threads * fragment - 1) / (threads * fragment));
        int fixed = VECTOR_BYTES * rowsOfBlock * (keptBytes / dtype.bytes()); // as a row may begin within a vector
        int bytesOfFragment = fragment * keptBytes * threads * rowsOfBlock;
        int kept = Math.min(fragments, (maxSharedBytes - OWN_SHARED_BYTES - fixed) / bytesOfFragment);
        return new Geometry(blocks(rows, rowsOfBlock), threads, rowsOfBlock, kept, fixed + kept * bytesOfFragment);
    }

    /** A thread for each row. */
    static Geometry threadPerRow(long rows) {
        return new Geometry(blocks(rows, SMALL_BLOCK), SMALL_BLOCK);
    }

    /**
     * 8 columns for each thread as long as a warp will do; up to 64 before there are more: a row's reductions cost the less
     * the fewer threads take part.
     */
    private static int threads(int classes, DType dtype) {
        int most = dtype == DType.F64 ? ROW_THREADS_F64 : ROW_THREADS;
        int warps = powerOf2((classes + 64L * WARP - 1) / (64 * WARP));
        return warps > 1 ? Math.min(warps * WARP, most) : Math.min(powerOf2((classes + 7L) / 8), WARP);
    }

    /** The smallest power of 2 that is not below n. */
    private static int powerOf2(long n) {
        return n <= 1 ? 1 : (int) Math.min(1L << 30, Long.highestOneBit(n - 1) << 1);
    }

    private static int blocks(long rows, int rowsOfBlock) {
        return (int) Math.min((rows + rowsOfBlock - 1) / rowsOfBlock, MAX_BLOCKS);
    }
}
