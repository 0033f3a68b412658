package io.github.logitops.cli.bench;

import io.github.logitops.LogitOps;
import io.github.logitops.base.Resources;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * The tensors of one shape: as many sets of them, cut out of three arenas, as it takes for no cache to hold what a call finds.
 * Closing it leaves the arenas.
 */
final class Workload implements AutoCloseable {
    static final int MOST_SETS = 4096;

    private static final long ALIGNMENT = 256;

    private final Bed bed;
    private final BenchShape shape;
    private final long stride;
    private final List<Tensor> inputs = new ArrayList<>();
    private final List<Tensor> gradients = new ArrayList<>();
    private final List<Tensor> outputs = new ArrayList<>();
    private final List<AutoCloseable> held = new ArrayList<>();
    private final int[] labelOfRow;
    private final Tensor labels;
    private float[] logits;

    /** As many sets as the arenas hold, but at most so many. */
    Workload(Bed bed, Arenas arenas, BenchShape shape, int mostSets) {
        this.bed = bed;
        this.shape = shape;
        stride = (shape.span() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        LogitOps ops = bed.ops();
        long fit = arenas.bytes() / stride;
        for (int i = 0; i < Math.min(fit, mostSets); i++) {
            inputs.add(cut(ops, arenas.input(), i));
            gradients.add(cut(ops, arenas.gradient(), i));
            outputs.add(cut(ops, arenas.output(), i));
        }
        labelOfRow = new Random(1).ints(shape.rows(), 0, shape.columns()).toArray();
        labels = keep(ops.labels(labelOfRow, shape.rowShape(), bed.stream()));
    }

    BenchShape shape() {
        return shape;
    }

    LogitOps ops() {
        return bed.ops();
    }

    Stream stream() {
        return bed.stream();
    }

    /** How many sets there are. */
    int sets() {
        return inputs.size();
    }

    Tensor input(int set) {
        return inputs.get(set);
    }

    Tensor gradient(int set) {
        return gradients.get(set);
    }

    Tensor output(int set) {
        return outputs.get(set);
    }

    int label(long row) {
        return labelOfRow[(int) row];
    }

    int[] labelOfRow() {
        return labelOfRow;
    }

    /** The first input on the host, the same array each time. */
    float[] logits() {
        if (logits == null) {
            logits = input(0).download(stream());
        }
        return logits;
    }

    Tensor labels() {
        return labels;
    }

    /** A row of one of the tensors, where elements of a row are neighbours; to be closed. */
    Tensor row(Tensor tensor, long row) {
        long address = tensor.address() + row * shape.stride() * shape.dtype().bytes();
        return ops().wrap(address, shape.dtype(), Shape.of(shape.columns()));
    }

    /** The number that a tensor like the labels has for a row; to be closed. */
    Tensor number(Tensor numbers, long row) {
        long address = numbers.address() + row * numbers.dtype().bytes();
        return ops().wrap(address, numbers.dtype(), Shape.of(1));
    }

    private Tensor cut(LogitOps ops, Tensor arena, int set) {
        return keep(ops.wrap(arena.address() + set * stride, shape.dtype(), shape.layout()));
    }

    /** Has it closed with this. */
    <T extends AutoCloseable> T keep(T resource) {
        held.add(resource);
        return resource;
    }

    /** An op's {@code newResult}. */
    interface ResultOf<R> {
        R make(DType logits, Shape shape, Stream stream);
    }

    /** A new result for these shapes. */
    <R extends AutoCloseable> R result(ResultOf<R> op) {
        return keep(op.make(shape.dtype(), shape.shape(), stream()));
    }

    @Override
    public void close() {
        bed.stream().synchronize();
        Resources.closeAll(held);
    }
}
