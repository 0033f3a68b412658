package io.github.logitops.cli.bench;

import io.github.logitops.spec.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What {@code bench --peers} measures: classifiers, vocabularies, images; all ops in F32, the two of training in 16 bits. */
final class PeerGrid {
    private static final BenchShape SMALL = BenchShape.rows(DType.F32, 256, 10); // of Java arrays
    private static final BenchShape LONG = BenchShape.rows(DType.F32, 16, 262144);

    private static final Set<Peer.Work> TRAINING = Set.of(Peer.Work.SOFTMAX, Peer.Work.LOSS_AND_GRADIENT);
    private static final Set<Peer.Work> PLAIN = Set.of(Peer.Work.SOFTMAX, Peer.Work.LOG_SOFTMAX);

    private PeerGrid() {}

    static List<BenchShape> shapes() {
        List<BenchShape> shapes = new ArrayList<>(List.of(SMALL));
        for (DType dtype : List.of(DType.F32, DType.BF16, DType.F16)) {
            shapes.add(BenchShape.rows(dtype, 256, 1000));
            shapes.add(BenchShape.rows(dtype, 64, 32000));
        }
        shapes.add(BenchShape.rows(DType.F32, 64, 50257));
        shapes.add(LONG);
        shapes.add(new BenchShape(DType.F32, 8, 21, 512 * 512));
        return shapes;
    }

    static List<BenchOp> ops(BenchShape shape) {
        if (shape.equals(SMALL)) {
            return List.of(ArrayOps.CROSS_ENTROPY);
        }
        Stream<BenchOp> all =
                BenchOp.FIRST.stream().filter(op -> Peer.Work.of(op).isPresent());
        Set<Peer.Work> some = shape.equals(LONG) ? PLAIN : TRAINING;
        boolean every = !shape.equals(LONG) && shape.dtype() == DType.F32 && shape.inner() == 1;
        return all.filter(op -> every || some.contains(Peer.Work.of(op).orElseThrow()))
                .toList();
    }
}
