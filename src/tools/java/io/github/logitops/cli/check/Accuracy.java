package io.github.logitops.cli.check;

import io.github.logitops.LogitOps;
import io.github.logitops.spec.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** {@code logitops check --accuracy}: how far every op is from the oracle on hard rows, and how far a plain loop would be. */
final class Accuracy {
    private static final List<Integer> LENGTHS = List.of(10, 100, 1000, 10000, 50257, 262144);

    private final Verdict verdict;
    private final long seed;
    private final AccuracyTable table = new AccuracyTable();

    Accuracy(Verdict verdict, long seed) {
        this.verdict = verdict;
        this.seed = seed;
    }

    /** Rows of these lengths, none longer than {@code longest} or any of the grid's, dense, of every dtype. */
    static List<Case> cases(CheckGrid grid, int longest) {
        List<Integer> ofGrid = grid.lengths();
        int most = Math.min(longest, ofGrid.get(ofGrid.size() - 1));
        List<Case> cases = new ArrayList<>();
        for (DType dtype : CheckTable.DTYPES) {
            LENGTHS.stream()
                    .filter(length -> length <= most)
                    .forEach(length -> cases.add(new Case(dtype, length, Placement.DENSE)));
        }
        return cases;
    }

    /** What was found so far. */
    AccuracyTable table() {
        return table;
    }

    /** Tries all ops on a case. The data depend on the seed and the case alone, so cases may run in any order and at the same time. */
    void run(LogitOps ops, Case what) {
        Random random = new Random(seed + what.toString().hashCode());
        for (HardBatch batch : HardBatch.all(what, random)) {
            try (Trial trial = new Trial(ops, what, new Judge(verdict, what), random)) {
                Comparison comparison = new Comparison(trial, table);
                new RowAccuracy(comparison, batch).measure();
                new LossAccuracy(comparison, batch).measure();
            }
        }
    }
}
