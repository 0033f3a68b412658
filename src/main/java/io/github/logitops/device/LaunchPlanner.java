package io.github.logitops.device;

import io.github.logitops.op.Rows;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Op;

/**
 * Chooses a tier and a launch geometry: pure arithmetic on shapes and strides. What a row's bits depend on, the tier and the
 * threads that share the row, depends on how the row lies and how long it is, not on how many rows came along or on the device.
 */
final class LaunchPlanner {
    /** The block size of ceilings. */
    static final int ONE_BLOCK = KernelManifest.geometry("OneBlock");

    /** That of blocks that add up what rows came to. */
    static final int SUM_THREADS = KernelManifest.geometry("SumThreads");

    // What each is, kernels/include/geometry.cuh says.
    private static final int ROW_THREADS = KernelManifest.geometry("RowThreads");
    private static final int HELD_THREADS = KernelManifest.geometry("HeldThreads");
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

    /** A tier, and a geometry in it. */
    record Plan(Tier tier, Geometry geometry) {}

    /** Where rows along an axis lie, of one length and dtype. */
    record Row(boolean innermost, int classes, DType dtype) {
        /** Whether they are whole vectors, as long as they lie side by side. */
        boolean isVectors() {
            return (long) classes * dtype.bytes() % VECTOR_BYTES == 0;
        }

        long vectors() {
            return (long) classes * dtype.bytes() / VECTOR_BYTES;
        }
    }

    /**
     * How a kernel walks rows like these; it steps on to rows that the grid does not reach, unless it holds them, for then
     * there are none. Of an op, operands lie in one tier, whatever their strides are.
     *
     * @param probabilities whether they are the targets
     * @param maxSharedBytes what the device has for a block
     */
    static Plan plan(Op.Kernel kernel, Rows rows, boolean probabilities, int maxSharedBytes) {
        Row row = new Row(rows.innermost(), rows.classes(), rows.dtype());
        return plan(kernel, row, rows.count(), probabilities, maxSharedBytes);
    }

    /** The same of this many rows. */
    static Plan plan(Op.Kernel kernel, Row row, long rows, boolean probabilities, int maxSharedBytes) {
        if (!row.innermost()) {
            return new Plan(columns(kernel, row), threadPerRow(rows));
        }
        Tier tier = holding(kernel, row, rows);
        if (tier != null) {
            int threads = holdingThreads(tier, row);
            return new Plan(tier, keeping(row, rows, threads, 0, 0));
        }
        boolean streams = kernel.kept() == Op.Kept.LINE && row.isVectors();
        int threads = streams ? streamingThreads(row) : threads(row);
        int keptBytes = streams ? 0 : kernel.kept().bytes(row.dtype(), probabilities);
        return new Plan(Tier.ROWS, keeping(row, rows, threads, keptBytes, maxSharedBytes));
    }

    /**
     * The tier in which registers hold what a kernel has of a row at a time, or null. A thread has many vectors, that what each
     * does besides weighs little, as long as four share a row, that what they read at a time lies together.
     */
    private static Tier holding(Op.Kernel kernel, Row row, long rows) {
        if (!row.isVectors() || !has(kernel, Tier.HELD8, row.dtype())) {
            return null;
        }
        int shortest = (kernel.light() ? 4 : 2) * Tier.HELD2.vectors();
        Tier tier = row.vectors() <= shortest
                ? Tier.HELD2
                : row.vectors() < 4 * Tier.HELD8.vectors() ? Tier.HELD4 : Tier.HELD8;
        int threads = holdingThreads(tier, row);
        boolean fits = threads <= HELD_THREADS / kernel.held() && rows <= MAX_BLOCKS * rowsOfBlock(threads);
        return fits ? tier : null;
    }

    /** The tier of rows that lie as columns. */
    private static Tier columns(Op.Kernel kernel, Row row) {
        Tier tier = row.classes() <= 32 ? Tier.COLS32 : Tier.COLS64;
        return row.classes() <= 64 && has(kernel, tier, row.dtype()) ? tier : Tier.COLS;
    }

    /**
     * Whether there is an entry of a kernel. For rows that registers hold there is none of F64; in columns there are of F32 alone, for
     * kernels that look at one row twice.
     */
    static boolean has(Op.Kernel kernel, Tier tier, DType dtype) {
        if (!tier.holds()) {
            return true;
        }
        return tier.isOfColumns() ? dtype == DType.F32 && kernel.held() == 1 : dtype != DType.F64 && kernel.held() > 0;
    }

    /** As many as hold the row. */
    private static int holdingThreads(Tier tier, Row row) {
        return powerOf2((row.vectors() + tier.vectors() - 1) / tier.vectors());
    }

    private static Geometry keeping(Row row, long rows, int threads, int keptBytes, int maxSharedBytes) {
        int rowsOfBlock = rowsOfBlock(threads);
        if (keptBytes == 0) {
            return new Geometry(blocks(rows, rowsOfBlock), threads, rowsOfBlock, 0, 0);
        }
        int fragment = FRAGMENT_BYTES / row.dtype().arithmetic().bytes();
        int fragments = (int) ((row.classes() + (long) threads * fragment - 1) / (threads * fragment));
        int fixed =
                VECTOR_BYTES * rowsOfBlock * (keptBytes / row.dtype().bytes()); // as a row may begin within a vector
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
    private static int threads(Row row) {
        int warps = powerOf2((row.classes() + 64L * WARP - 1) / (64 * WARP));
        return warps > 1
                ? Math.min(warps * WARP, mostThreads(row))
                : Math.min(powerOf2((row.classes() + 7L) / 8), WARP);
    }

    /**
     * For rows of vectors that are read once: four for each thread, and 64 columns once there are 16 threads. From two warps on
     * four times the row has twice the threads: more would have too few steps to make up for their reductions.
     */
    private static int streamingThreads(Row row) {
        int few = Math.max(powerOf2((row.classes() + 63L) / 64), Math.min(powerOf2((row.vectors() + 3) / 4), WARP / 2));
        int twoWarps = 2 * WARP;
        if (few <= twoWarps) {
            return few;
        }
        int doublings = Integer.numberOfTrailingZeros(powerOf2((row.vectors() + 7) / 8) / twoWarps);
        return Math.min(twoWarps << (doublings + 1) / 2, mostThreads(row));
    }

    private static int mostThreads(Row row) {
        return row.dtype() == DType.F64 ? ROW_THREADS_F64 : ROW_THREADS;
    }

    /** Beyond a warp, a block has one: a barrier is for one row. */
    private static int rowsOfBlock(int threads) {
        return threads > WARP ? 1 : SMALL_BLOCK / threads;
    }

    /** The smallest power of 2 that is not below n. */
    private static int powerOf2(long n) {
        return n <= 1 ? 1 : (int) Math.min(1L << 30, Long.highestOneBit(n - 1) << 1);
    }

    private static int blocks(long rows, int rowsOfBlock) {
        return (int) Math.min((rows + rowsOfBlock - 1) / rowsOfBlock, MAX_BLOCKS);
    }
}
