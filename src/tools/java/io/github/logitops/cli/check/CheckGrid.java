package io.github.logitops.cli.check;

import io.github.logitops.element.Elements;
import io.github.logitops.spec.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** The cases that {@code logitops check} goes through. */
enum CheckGrid {
    /**
     * One length for each way that threads share a row: a thread has it alone, a warp, a block, a cluster; those that registers
     * hold, and that a tile has room for.
     * Every kernel is launched by it: for tools that slow each access to memory down, such as compute-sanitizer.
     */
    LEAST {
        @Override
        List<Integer> lengths() {
            return LEAST_LENGTHS;
        }
    },
    /**
     * Every op, dtype, placement and option in under 20 seconds on two cores. The lengths are some of {@link #FULL}: short, odd,
     * one more than a power of 2, and one that no device's shared memory holds in F64; on the shorter ones every combination of
     * {@link CrossEntropyCheck} has its turn in every placement.
     */
    QUICK {
        @Override
        List<Integer> lengths() {
            return QUICK_LENGTHS;
        }
    },
    /** Around each power of two and each multiple of it by three, where vector loops end. */
    FULL {
        @Override
        List<Integer> lengths() {
            TreeSet<Integer> lengths = new TreeSet<>(VOCABULARIES);
            for (int power = 1; power <= LONGEST; power *= 2) {
                lengths.addAll(List.of(power, power + 1));
                if (power > 2) {
                    lengths.add(power - 1);
                }
                if (power >= 32 && power < LONGEST / 4) {
                    lengths.addAll(List.of(3 * power, 3 * power + 1));
                }
            }
            return lengths.headSet(LONGEST, true).stream().toList();
        }
    };

    /** The longest row there is. */
    static final int LONGEST = 262144;

    private static final int LONGEST_COLUMN = 4097; // no tier of columns begins further
    private static final List<Integer> FAR_LENGTHS = List.of(33, 1536);
    private static final List<Double> CENTRES = List.of(1e3, -1e4, 1e6, -1e9, 1e30);
    private static final List<Integer> VOCABULARIES = List.of(1000, 32003, 50257, 128256);
    private static final List<Integer> LEAST_LENGTHS = List.of(7, 16, 64, 80, 193, 528, 4001, 32776, 32777);
    private static final List<Integer> QUICK_LENGTHS = List.of(1, 2, 7, 16, 33, 64, 96, 193, 384, 1536, 4097, 32003);

    /** Lengths of rows, ascending. */
    abstract List<Integer> lengths();

    /** Every case with rows of these lengths, but for those longer than {@code longest}; of some also with logits far from 0. */
    List<Case> cases(int longest) {
        List<Integer> lengths =
                lengths().stream().filter(length -> length <= longest).toList();
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
