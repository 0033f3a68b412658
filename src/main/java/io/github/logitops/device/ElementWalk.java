package io.github.logitops.device;

import io.github.logitops.memory.Tensor;
import io.github.logitops.op.ResultPart;
import io.github.logitops.spec.Layout;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * How kernels walk tensors of one shape, element by element: kernels/include/elements.cuh.
 *
 * @param rows how many there are; 1 if nothing has padding
 * @param length of a row
 * @param neighbours how many a thread takes at a time; 1 where rows do not begin at multiples of a vector
 * @param blocks of the launch
 */
record ElementWalk(long rows, long length, int neighbours, long blocks) {
    private static final int THREADS = KernelManifest.geometry("ElementThreads");
    private static final int VECTOR_BYTES = KernelManifest.geometry("VectorBytes");
    private static final long MOST_BLOCKS = 1 << 20; // of more, each has several turns

    /** A turn for each thread, as long as there are blocks for it. */
    static ElementWalk of(Tensor... tensors) {
        List<Tensor> all = List.of(tensors);
        long rows = rows(all);
        long length = length(all, rows);
        int neighbours = all.stream().allMatch(tensor -> isOfVectors(tensor, rows)) ? neighbours(all) : 1;
        long turns = rows * Math.max(length / neighbours, length % neighbours);
        return new ElementWalk(rows, length, neighbours, Math.min((turns + THREADS - 1) / THREADS, MOST_BLOCKS));
    }

    /**
     * Of a kernel that adds something up, in runs of neighbours that may go on in the next row: which thread has an element depends on
     * their number alone.
     *
     * @param tensors those that are null are not there
     */
    static ElementWalk inRuns(Tensor... tensors) {
        List<Tensor> all = Stream.of(tensors).filter(Objects::nonNull).toList();
        long rows = rows(all);
        long length = length(all, rows);
        boolean whole = rows == 1 || length % neighbours(all) == 0;
        boolean vectors = whole && all.stream().allMatch(tensor -> isOfVectors(tensor, rows));
        return new ElementWalk(
                rows,
                length,
                vectors ? neighbours(all) : 1,
                ResultPart.elementBlocks(Math.multiplyExact(rows, length)));
    }

    private static long rows(List<Tensor> all) {
        boolean dense = all.stream().allMatch(tensor -> tensor.layout().isDense());
        return dense ? 1 : all.get(0).layout().rows();
    }

    private static long length(List<Tensor> all, long rows) {
        Layout layout = all.get(0).layout();
        return rows == 1 ? layout.shape().elements() : layout.rowLength();
    }

    /** A vector of the narrowest. */
    private static int neighbours(List<Tensor> all) {
        return VECTOR_BYTES
                / all.stream().mapToInt(tensor -> tensor.dtype().bytes()).min().getAsInt();
    }

    private static boolean isOfVectors(Tensor tensor, long rows) {
        long rowBytes = tensor.layout().rowStride() * tensor.dtype().bytes();
        return tensor.address() % VECTOR_BYTES == 0 && (rows == 1 || rowBytes % VECTOR_BYTES == 0);
    }

    LaunchPlanner.Geometry geometry() {
        return new LaunchPlanner.Geometry((int) blocks, THREADS);
    }

    /** Elements. */
    Parameters parameters() {
        return new Parameters().elements(rows, length, neighbours > 1);
    }
}
