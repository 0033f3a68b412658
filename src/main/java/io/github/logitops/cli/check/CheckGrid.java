package io.github.logitops.cli.check;

import io.github.logitops.spec.DType;
import io.github.logitops.spec.Elements;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** The cases that {@code logitops check} goes through. */
final class CheckGrid {
    /** The longest row there is. */
    static final int LONGEST = 262144;

    private static final int LONGEST_COLUMN = 4097; // columns have one tier, whatever their length
    private static final List<Integer> FAR_LENGTHS = List.of(33, 1025);
    private static final List<Double> CENTRES = List.of(1e3, -1e4, 1e6, -1e9, 1e30);
    private static final List<Integer> VOCABULARIES = List.of(1000, 32003, 50257, 128256);

    private CheckGrid() {}

    /** Row lengths, ascending: around each power of two and each multiple of it by three, where tiers and vector loops end. */
    static List<Integer> lengths(int longest) {
        TreeSet<Integer> lengths = new TreeSet<>(VOCABULARIES);
        for (int power = 1; power <= LONGEST; power *= 2) {
            lengths.addAll(List.of(power, power + 1));
            if (power > 2) {
                lengths.add(power - 1);
            }
            if (power >= 64 && power < LONGEST / 4) {
                lengths.addAll(List.of(3 * power, 3 * power + 1));
            }
        }
        return lengths.stream().filter(length -> length <= longest).toList();
    }

    /** Every case with rows of these lengths; of some of them also with logits far from 0. */
    static List<Case> cases(List<Integer> lengths) {
        List<Case> cases = new ArrayList<>();
        for (DType dtype : DType.values()) {
            for (Placement placement : Placement.values()) {
                for (int length : lengths) {
                    if (dtype.isFloating() && (placement != Placement.COLUMNS || length <= LONGEST_COLUMN)) {
                        cases.add(new Case(dtype, length, placement));
                    }
                }
            }
        }
        FAR_LENGTHS.stream().filter(lengths::contains).forEach(length -> cases.addAll(farFromZero(length)));
        return cases;
    }

    private static List<Case> farFromZero(int length) {
        List<Case> cases = new ArrayList<>();
        for (DType dtype : CheckTable.DTYPES) {
            for (double centre : CENTRES) {
                if (Double.isFinite(Elements.round(dtype, centre))) {
                    cases.add(new Case(dtype, length, Placement.DENSE, centre));
                    cases.add(new Case(dtype, length, Placement.COLUMNS, centre));
                }
            }
        }
        return cases;
    }
}
