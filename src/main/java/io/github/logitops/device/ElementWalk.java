package io.github.logitops.device;

import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.Layout;
import java.util.List;

/**
 * How kernels walk tensors of one shape, element by element: kernels/include/elements.cuh.
 *
 * @param tensors in the order of the kernel's parameters
 * @param rows how many there are; 1 if nothing has padding
 * @param length of a row
 * @param neighbours how many a thread takes at a time; 1 where rows do not begin at multiples of a vector
 */
record ElementWalk(List<Tensor> tensors, long rows, long length, int neighbours) {
    private static final int THREADS = KernelManifest.geometry("ElementThreads");
    private static final int VECTOR_BYTES = KernelManifest.geometry("VectorBytes");
    private static final long MOST_BLOCKS = 1 << 20; // of more, each has several turns

    static ElementWalk of(Tensor... tensors) {
        List<Tensor> all = List.of(tensors);
        Layout first = all.get(0).layout();
        boolean dense = all.stream().allMatch(tensor -> tensor.layout().isDense());
        long rows = dense ? 1 : first.rows();
        long length = dense ? first.shape().elements() : first.rowLength();
        int narrowest =
                all.stream().mapToInt(tensor -> tensor.dtype().bytes()).min().getAsInt();
        boolean vectors = all.stream().allMatch(tensor -> isOfVectors(tensor, rows));
        return new ElementWalk(all, rows, length, vectors ? VECTOR_BYTES / narrowest : 1);
    }

    private static boolean isOfVectors(Tensor tensor, long rows) {
        long rowBytes = tensor.layout().rowStride() * tensor.dtype().bytes();
        return tensor.address() % VECTOR_BYTES == 0 && (rows == 1 || rowBytes % VECTOR_BYTES == 0);
    }

    /** A turn for each thread, as long as there are blocks for it. */
    LaunchPlanner.Geometry geometry() {
        long turns = rows * Math.max(length / neighbours, length % neighbours);
        long blocks = Math.min((turns + THREADS - 1) / THREADS, MOST_BLOCKS);
        return new LaunchPlanner.Geometry((int) blocks, THREADS);
    }

    /** Elements, and a Matrix for each tensor. */
    Parameters parameters() {
        Parameters parameters = new Parameters().elements(rows, length, neighbours > 1);
        tensors.forEach(parameters::matrix);
        return parameters;
    }
}
