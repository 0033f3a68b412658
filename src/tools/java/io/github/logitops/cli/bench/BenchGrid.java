package io.github.logitops.cli.bench;

import io.github.logitops.spec.DType;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The shapes to measure. scripts/peers/torch_bench.py has the same ones: a cell of ours and one of theirs are compared if their
 * shapes are equal.
 */
enum BenchGrid {
    /** Every op on few shapes: under two minutes on a GPU, under one in the CPU mode. */
    QUICK,
    /** All of docs/gpu-kit.md: under four minutes on a GPU. */
    FULL,
    /** What peers do on the same cores as well: under five minutes, in the CPU mode alone. */
    PEERS {
        @Override
        List<BenchShape> onGpu() {
            return List.of();
        }

        @Override
        List<BenchShape> onCpu() {
            return PeerGrid.shapes();
        }

        @Override
        List<BenchOp> ops(BenchShape shape) {
            return PeerGrid.ops(shape);
        }
    };

    private static final long GPU_BYTES = 256L << 20; // of a tensor, where the length of rows is what changes
    private static final long CPU_BYTES = 2L << 20;
    private static final List<DType> TRAINING = List.of(DType.F32, DType.BF16);
    private static final List<Integer> QUICK_COLUMNS = List.of(32, 256, 1024, 4096, 16384, 65536, 262144);
    private static final List<Integer> ALL_COLUMNS = List.of(
            10, 16, 21, 32, 64, 100, 128, 256, 512, 1000, 1024, 2048, 3072, 4096, 8192, 16384, 32768, 65536, 128256,
            131072, 262144);
    private static final List<Integer> VOCABULARIES = List.of(32000, 50257, 100352, 128256, 151936, 256000, 262144);
    private static final List<Integer> TOKENS = List.of(1, 16, 256, 4096);
    private static final List<Integer> ODD_COLUMNS = List.of(257, 1001, 4097, 32003, 128255);
    private static final List<Integer> OPTIONS_COLUMNS = List.of(4096, 32768);

    /** Shapes whose work a GPU is made for. */
    List<BenchShape> onGpu() {
        Set<BenchShape> shapes = new LinkedHashSet<>();
        for (DType dtype : TRAINING) {
            (this == QUICK ? QUICK_COLUMNS : ALL_COLUMNS).forEach(v -> shapes.add(ofBytes(dtype, GPU_BYTES, v)));
            shapes.add(BenchShape.rows(dtype, 4096, 50257)); // no multiple of a vector, as the next two strides are
            shapes.add(new BenchShape(dtype, 4096, 50257, 1, 7));
            shapes.add(BenchShape.rows(dtype, 4096, 50264));
            shapes.add(BenchShape.rows(dtype, 16, 128256));
        }
        if (this == FULL) {
            for (DType dtype : List.of(DType.F32, DType.BF16, DType.F16)) {
                for (int columns = 256; columns <= 65536; columns *= 2) {
                    shapes.add(BenchShape.rows(dtype, 32768, columns));
                }
                shapes.add(BenchShape.rows(dtype, 16384, 131072));
                shapes.add(BenchShape.rows(dtype, 8192, 262144));
            }
            for (DType dtype : TRAINING) {
                shapes.add(BenchShape.rows(dtype, 4, 128256));
                VOCABULARIES.forEach(v -> TOKENS.forEach(n -> shapes.add(BenchShape.rows(dtype, n, v))));
                ODD_COLUMNS.forEach(v -> shapes.add(ofBytes(dtype, GPU_BYTES, v)));
            }
            shapes.addAll(others());
        }
        return List.copyOf(shapes);
    }

    /**
     * What is measured on a shape: every op that suits it, but where {@link #FULL} goes through lengths, vocabularies and
     * numbers of rows: there the first ones stand for those whose kernels are like theirs, and along the lengths log-sum-exp,
     * too. Two of the lengths have the options of cross entropy.
     */
    List<BenchOp> ops(BenchShape shape) {
        boolean every = QUICK.onGpu().contains(shape) || QUICK.onCpu().contains(shape) || others().contains(shape);
        List<BenchOp> ops = new ArrayList<>(every ? BenchOp.METHODS : BenchOp.FIRST);
        if (!every && isOneOfLengths(shape)) {
            ops.addAll(RowValueOps.LOG_SUM_EXP);
        }
        if (this == FULL && isOneOfLengths(shape) && OPTIONS_COLUMNS.contains(shape.columns())) {
            ops.addAll(CrossEntropyOptionOps.ALL);
        }
        return ops.stream().filter(op -> op.suits().test(shape)).toList();
    }

    private static boolean isOneOfLengths(BenchShape shape) {
        return TRAINING.contains(shape.dtype())
                && Stream.of(GPU_BYTES, CPU_BYTES)
                        .map(bytes -> ofBytes(shape.dtype(), bytes, shape.columns()))
                        .anyMatch(shape::equals);
    }

    /** Attention, and images whose classes are not the innermost axis. */
    private static List<BenchShape> others() {
        List<BenchShape> shapes = new ArrayList<>();
        for (int length = 128; length <= 8192; length *= 2) {
            shapes.add(BenchShape.rows(DType.BF16, 128L * length, length));
        }
        for (DType dtype : TRAINING) {
            shapes.add(new BenchShape(dtype, 8, 21, 512 * 512));
            shapes.add(new BenchShape(dtype, 16, 16, 512 * 512));
            shapes.add(new BenchShape(dtype, 4, 64, 512 * 512));
            shapes.add(new BenchShape(dtype, 16, 19, 512 * 1024));
            shapes.add(new BenchShape(dtype, 8, 150, 512 * 512));
            shapes.add(new BenchShape(dtype, 2, 1000, 64 * 64));
            shapes.add(new BenchShape(dtype, 64, 4096, 64));
        }
        return shapes;
    }

    /** Shapes for the CPU mode: few and small. */
    List<BenchShape> onCpu() {
        List<BenchShape> shapes = new ArrayList<>();
        for (DType dtype : TRAINING) {
            for (int columns : this == QUICK ? List.of(32, 1024, 50257) : QUICK_COLUMNS) {
                shapes.add(ofBytes(dtype, CPU_BYTES, columns));
            }
            shapes.add(new BenchShape(dtype, 2, 21, 64 * 64));
        }
        return shapes;
    }

    private static BenchShape ofBytes(DType dtype, long bytes, int columns) {
        return BenchShape.rows(dtype, Math.max(1, bytes / ((long) columns * dtype.bytes())), columns);
    }
}
