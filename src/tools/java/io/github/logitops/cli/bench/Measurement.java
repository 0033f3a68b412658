package io.github.logitops.cli.bench;

import io.github.logitops.base.Resources;
import io.github.logitops.memory.DeviceOutOfMemoryException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** Measures ops on every shape of a grid. */
final class Measurement {
    private final Bed bed;
    private final Rounds rounds;
    private final Function<BenchShape, List<BenchOp>> ops;
    private final Peers peers;
    private final PrintWriter progress;
    private final List<LeftOut> leftOut = new ArrayList<>();

    /**
     * @param ops which of them on a shape
     * @param peers who takes part
     */
    Measurement(Bed bed, Rounds rounds, Function<BenchShape, List<BenchOp>> ops, Peers peers, PrintWriter progress) {
        this.bed = bed;
        this.rounds = rounds;
        this.ops = ops;
        this.peers = peers;
        this.progress = progress;
    }

    /** The cells of all shapes that fit the device; those that do not are named. */
    List<Cell> of(List<BenchShape> shapes) {
        List<BenchShape> left = new ArrayList<>(shapes);
        Arenas arenas = null;
        while (arenas == null) {
            long largest = left.stream().mapToLong(BenchShape::span).max().orElseThrow();
            try {
                arenas = Arenas.allocate(bed.ops(), bed.stream(), Math.max(bed.beyondCaches(), largest));
            } catch (DeviceOutOfMemoryException e) {
                leaveOutLargest(left, e);
            }
        }
        List<Cell> cells = new ArrayList<>();
        try {
            for (int i = 0; i < left.size(); i++) {
                progress.printf("bench: shape %d of %d: %s%n", i + 1, left.size(), left.get(i));
                progress.flush();
                cells.addAll(of(left.get(i), arenas));
            }
        } finally {
            Resources.closeAll(List.of(arenas));
        }
        return cells;
    }

    private void leaveOutLargest(List<BenchShape> shapes, RuntimeException reason) {
        BenchShape largest =
                shapes.stream().max(Comparator.comparingLong(BenchShape::span)).orElseThrow();
        if (shapes.size() == 1 || largest.span() <= bed.beyondCaches()) {
            throw reason;
        }
        shapes.remove(largest);
        leftOut.add(new LeftOut("logitops " + largest, "too large for the device"));
        progress.println("bench: left out, too large for the device: " + largest);
    }

    /** What {@link #of} left out. */
    List<LeftOut> leftOut() {
        return Stream.of(leftOut, peers.leftOut()).flatMap(List::stream).toList();
    }

    private List<Cell> of(BenchShape shape, Arenas arenas) {
        int mostSets = peers.isEmpty() ? Workload.MOST_SETS : 1; // as many as a peer has
        try (Workload workload = new Workload(bed, arenas, shape, mostSets)) {
            List<Contender> contenders = new ArrayList<>(bed.ceilings(workload));
            for (BenchOp op : ops.apply(shape)) {
                Prepared prepared = op.ready().apply(workload);
                Gate.pass(op, workload, prepared);
                contenders.add(op.contender(Cell.OURS, shape, prepared.call()::accept));
                contenders.addAll(peers.contenders(op, workload));
            }
            return rounds.measure(bed, workload, contenders);
        }
    }
}
