package io.github.logitops.cli.bench;

import io.github.logitops.driver.DeviceOutOfMemoryException;
import io.github.logitops.memory.Resources;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Measures every {@link BenchOp} on every shape of a grid. */
final class Measurement {
    private final Bed bed;
    private final Rounds rounds;
    private final PrintWriter progress;

    Measurement(Bed bed, Rounds rounds, PrintWriter progress) {
        this.bed = bed;
        this.rounds = rounds;
        this.progress = progress;
    }

    /** The cells of all shapes that fit the device; those that do not are named. */
    List<Cell> of(List<BenchShape> shapes) {
        List<BenchShape> left = new ArrayList<>(shapes);
        Arenas arenas = null;
        while (arenas == null) {
            long largest = left.stream().mapToLong(BenchShape::bytes).max().orElseThrow();
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
                shapes.stream().max(Comparator.comparingLong(BenchShape::bytes)).orElseThrow();
        if (shapes.size() == 1 || largest.bytes() <= bed.beyondCaches()) {
            throw reason;
        }
        shapes.remove(largest);
        progress.println("bench: left out, too large for the device: " + largest);
    }

    private List<Cell> of(BenchShape shape, Arenas arenas) {
        try (Workload workload = new Workload(bed, arenas, shape)) {
            List<Contender> contenders = new ArrayList<>(bed.ceilings(workload));
            for (BenchOp op : BenchOp.ALL) {
                Gate.pass(op, workload);
                contenders.add(op.contender(workload));
            }
            return rounds.measure(bed, workload, contenders);
        }
    }
}
