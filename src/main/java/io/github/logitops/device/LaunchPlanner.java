package io.github.logitops.device;

import io.github.logitops.op.Rows;
import io.github.logitops.spec.DType;

/**
 * Chooses a tier and a launch geometry: pure arithmetic on shapes and strides. What a row's bits depend on, the tier and the
 * threads that share the row, depends on how the row lies and how long it is, not on how many rows came along or on the device.
 * Where a kernel adds nothing up over a row, no bit depends on the threads: there a long row has more of them if rows are few.
 */
final class LaunchPlanner {
    /** The block size of those that add up what rows came to. */
    static final int SUM_THREADS = KernelManifest.geometry("SumThreads");

    // What each is, kernels/include/geometry.cuh says.
    private static final int ROW_THREADS = KernelManifest.geometry("RowThreads");
    private static final int HELD_THREADS = KernelManifest.geometry("HeldThreads");
    private static final int ROW_THREADS_F64 = KernelManifest.geometry("RowThreadsF64");
    private static final int SMALL_BLOCK = KernelManifest.geometry("SmallBlock");
    private static final int FRAGMENT_BYTES = KernelManifest.geometry("FragmentBytes");
    private static final int LINE_BYTES = KernelManifest.geometry("LineBytes");
    private static final int VECTOR_BYTES = KernelManifest.geometry("VectorBytes");
    private static final int OWN_SHARED_BYTES = KernelManifest.geometry("OwnSharedBytes");

    private static final int CLUSTER_HELD_THREADS = KernelManifest.geometry("ClusterHeldThreads");
    private static final int CLUSTER_ROW_THREADS = KernelManifest.geometry("ClusterRowThreads");
    private static final int CLUSTER_SLICE_BYTES = KernelManifest.geometry("ClusterSliceBytes");

    /**
     * So many rows at most have clusters where that is a choice: with more, blocks of one row each fill a device of 132
     * multiprocessors. Measured with clusters: 16 long rows take half of the time, 256 rows 1.05 to 1.4 times of it.
     */
    private static final int FEW_ROWS = 128;

    /** What the driver takes of a multiprocessor's shared memory for itself, for each block. */
    private static final int BLOCK_SHARED_BYTES = 1024;

    private static final int WARP = 32;
    private static final long MAX_BLOCKS = Integer.MAX_VALUE;

    private LaunchPlanner() {}

    /**
     * What a device has for a row.
     *
     * @param sharedBytes shared memory of a block
     * @param clusterBlocks blocks that a cluster can have, a power of 2; 1 if there are no clusters
     */
    record Limits(int sharedBytes, int clusterBlocks) {}

    /**
     * Blocks and threads of a launch.
     *
     * @param blocks blocks in the grid
     * @param clusterBlocks blocks that share a row
     * @param threads threads in a block that share a row; all of them in COLS
     * @param rowsOfBlock rows that a block has at a time; 1 in COLS
     * @param keptFragments fragments of each thread that wait in shared memory, of every row that is kept
     * @param sharedBytes dynamic shared memory of a block
     */
    record Geometry(int blocks, int clusterBlocks, int threads, int rowsOfBlock, int keptFragments, int sharedBytes) {
        /** Blocks that keep nothing, each by itself. */
        Geometry(int blocks, int threads) {
            this(blocks, 1, threads, 1, 0, 0);
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
     */
    static Plan plan(KernelSpec kernel, Rows rows, boolean probabilities, Limits limits) {
        Row row = new Row(rows.innermost(), rows.classes(), rows.dtype());
        return plan(kernel, row, rows.count(), probabilities, limits);
    }

    /** The same of this many rows. */
    static Plan plan(KernelSpec kernel, Row row, long rows, boolean probabilities, Limits limits) {
        if (!row.innermost()) {
            return columns(kernel, row, rows, limits.sharedBytes());
        }
        int mostClusterBlocks = kernel.sums() || rows <= FEW_ROWS ? limits.clusterBlocks() : 1;
        Plan holding = holding(kernel, row, rows, mostClusterBlocks);
        if (holding != null) {
            return holding;
        }
        boolean streams = kernel.kept() == KernelSpec.Kept.LINE && row.isVectors();
        int keptBytes = streams ? 0 : kernel.kept().bytes(row.dtype(), probabilities);
        if (has(kernel, Tier.CLUSTER_ROWS, row.dtype())) {
            long bytes = (long) row.classes() * (streams ? row.dtype().bytes() : keptBytes);
            int clusterBlocks = clusterBlocks(bytes, mostClusterBlocks);
            if (clusterBlocks > 1) {
                return new Plan(
                        Tier.CLUSTER_ROWS, keeping(row, rows, clusterBlocks, CLUSTER_ROW_THREADS, keptBytes, limits));
            }
        }
        int threads = streams ? streamingThreads(row) : threads(row);
        return new Plan(Tier.ROWS, keeping(row, rows, 1, threads, keptBytes, limits));
    }

    /**
     * How registers hold what a kernel has of a row at a time, or null. A thread has many vectors, that what each does besides weighs
     * little, as long as four share a row, that what they read at a time lies together. Where a row would take more threads than
     * two blocks of a multiprocessor can have, as many blocks as hold it share it if they can: no power of 2, which could leave
     * half of their threads without a column.
     */
    private static Plan holding(KernelSpec kernel, Row row, long rows, int mostClusterBlocks) {
        if (!row.isVectors() || !has(kernel, Tier.HELD8, row.dtype())) {
            return null;
        }
        int shortest = (kernel.light() ? 4 : 2) * Tier.HELD2.vectors();
        Tier tier = row.vectors() <= shortest
                ? Tier.HELD2
                : row.vectors() < 4 * Tier.HELD8.vectors() ? Tier.HELD4 : Tier.HELD8;
        int threads = holdingThreads(tier, row);
        long clusterBlocks = quotientUp(row.vectors(), CLUSTER_HELD_THREADS * Tier.CLUSTER_HELD.vectors());
        if (has(kernel, Tier.CLUSTER_HELD, row.dtype())
                && clusterBlocks > 1
                && clusterBlocks <= mostClusterBlocks
                && rows <= MAX_BLOCKS / clusterBlocks) {
            return new Plan(Tier.CLUSTER_HELD, geometry(rows, (int) clusterBlocks, CLUSTER_HELD_THREADS));
        }
        boolean fits = threads <= HELD_THREADS / kernel.held() && rows <= MAX_BLOCKS * rowsOfBlock(threads);
        return fits ? new Plan(tier, geometry(rows, 1, threads)) : null;
    }

    /** Over how many blocks a row is spread of which so many bytes are looked at: one if it is not too long for one. */
    private static int clusterBlocks(long bytes, int most) {
        return bytes <= 2 * CLUSTER_SLICE_BYTES ? 1 : Math.min(powerOf2(quotientUp(bytes, CLUSTER_SLICE_BYTES)), most);
    }

    /** Whether so many blocks of a cluster may share a row of this tier. */
    static boolean mayShare(int clusterBlocks, Tier tier) {
        return tier == Tier.CLUSTER_HELD || Integer.bitCount(clusterBlocks) == 1;
    }

    /**
     * Rows that lie as columns: a thread for each. They wait in a tile as long as there is room for two or three on a
     * multiprocessor, that one is copied while others are looked at: two if it saves a second look at memory, three if all it does is
     * to make accesses wider. Of up to four columns copies and barriers would be more than the rest.
     */
    private static Plan columns(KernelSpec kernel, Row row, long rows, int sharedBytes) {
        Tier held = row.classes() <= 32 ? Tier.COLS32 : Tier.COLS64;
        if (row.classes() <= 64 && has(kernel, held, row.dtype())) {
            return new Plan(held, threadPerRow(rows));
        }
        long tile = tileBytes(kernel, row);
        int together = kernel.kept() == KernelSpec.Kept.LINE ? 3 : 2;
        boolean fits = together * (tile + BLOCK_SHARED_BYTES) <= sharedBytes + BLOCK_SHARED_BYTES
                && rows <= MAX_BLOCKS * SMALL_BLOCK;
        return row.classes() > 4 && fits && has(kernel, Tier.TILE, row.dtype())
                ? new Plan(Tier.TILE, new Geometry(blocks(rows, SMALL_BLOCK, 1), 1, SMALL_BLOCK, 1, 0, (int) tile))
                : new Plan(Tier.COLS, threadPerRow(rows));
    }

    /** The tile of a block's rows, of whole fragments; of both rows where a kernel looks at two. */
    private static long tileBytes(KernelSpec kernel, Row row) {
        int fragment = FRAGMENT_BYTES / row.dtype().arithmetic().bytes();
        int ofColumn = kernel.kept() == KernelSpec.Kept.ROW_BEFORE_ANOTHER
                ? 2 * row.dtype().bytes()
                : kernel.kept().bytes(row.dtype(), false);
        return quotientUp(row.classes(), fragment) * fragment * SMALL_BLOCK * ofColumn;
    }

    /**
     * Whether there is an entry of a kernel. For rows that registers hold there is none of F64; in columns there are of F32 alone, for
     * kernels that look at one row twice. For tiles there are of kernels that have others for rows that registers hold, and of 16 bits
     * where rows are looked at once. Clusters share rows that are kept over several looks, by registers alone; where nothing is added
     * up, all. What walks no rows has the same in every tier.
     */
    static boolean has(KernelSpec kernel, Tier tier, DType dtype) {
        if (kernel.entries() == KernelSpec.Entries.OF_NARROW) {
            return dtype != dtype.arithmetic();
        }
        if (tier.isOfClusters() && kernel.sums() && (kernel.kept() == KernelSpec.Kept.LINE || !tier.holds())) {
            return false;
        }
        if (tier == Tier.TILE) {
            if (kernel.kept() == KernelSpec.Kept.SEEN) { // a tile has all of its rows
                return false;
            }
            boolean once = kernel.kept() == KernelSpec.Kept.LINE;
            return dtype.bytes() == 2 ? once || kernel.held() > 0 : dtype == DType.F32 && !once && kernel.held() > 0;
        }
        if (!tier.holds()) {
            return true;
        }
        return tier.isOfColumns() ? dtype == DType.F32 && kernel.held() == 1 : dtype != DType.F64 && kernel.held() > 0;
    }

    /** As many as hold the row. */
    private static int holdingThreads(Tier tier, Row row) {
        return powerOf2((row.vectors() + tier.vectors() - 1) / tier.vectors());
    }

    private static Geometry geometry(long rows, int clusterBlocks, int threads) {
        int rowsOfBlock = rowsOfBlock(threads);
        return new Geometry(blocks(rows, rowsOfBlock, clusterBlocks), clusterBlocks, threads, rowsOfBlock, 0, 0);
    }

    /** Blocks that keep as much of what a kernel looks at again as they can. */
    private static Geometry keeping(Row row, long rows, int clusterBlocks, int threads, int keptBytes, Limits limits) {
        Geometry none = geometry(rows, clusterBlocks, threads);
        if (keptBytes == 0) {
            return none;
        }
        int rowsOfBlock = none.rowsOfBlock();
        int vector = VECTOR_BYTES / row.dtype().bytes();
        int fragment = FRAGMENT_BYTES / row.dtype().arithmetic().bytes();
        long slice = quotientUp(quotientUp(row.classes(), vector), clusterBlocks) * vector; // columns of a block
        int fragments = (int) quotientUp(slice, (long) threads * fragment);
        int fixed = LINE_BYTES * rowsOfBlock * (keptBytes / row.dtype().bytes());
        int bytesOfFragment = fragment * keptBytes * threads * rowsOfBlock;
        int kept = Math.min(fragments, (limits.sharedBytes() - OWN_SHARED_BYTES - fixed) / bytesOfFragment);
        return new Geometry(none.blocks(), clusterBlocks, threads, rowsOfBlock, kept, fixed + kept * bytesOfFragment);
    }

    /** As many blocks as share a row, and no more. */
    static Geometry oneCluster(int blocks) {
        return new Geometry(blocks, blocks, CLUSTER_ROW_THREADS, 1, 0, 0);
    }

    /** A thread for each row. */
    static Geometry threadPerRow(long rows) {
        return new Geometry(blocks(rows, SMALL_BLOCK, 1), SMALL_BLOCK);
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

    private static long quotientUp(long a, long b) {
        return (a + b - 1) / b;
    }

    private static int blocks(long rows, int rowsOfBlock, int clusterBlocks) {
        return (int) Math.min(quotientUp(rows, rowsOfBlock), MAX_BLOCKS / clusterBlocks) * clusterBlocks;
    }
}
