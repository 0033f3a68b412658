package io.github.logitops.cli.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.spec.DType;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CheckGridTest {
    private static final int TURNS = 7; // of CrossEntropyCheck's combinations, by length

    @Test
    void allLengthsLieAroundThePowersOfTwo() {
        assertEquals(
                List.of(1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 96, 97, 127, 128, 129, 192, 193),
                CheckGrid.FULL.lengths().stream()
                        .filter(length -> length <= 200)
                        .toList());
        assertTrue(CheckGrid.FULL.lengths().containsAll(List.of(12288, 12289, 50257, 131071, 262144)));
        assertEquals(
                CheckGrid.LONGEST,
                CheckGrid.FULL.lengths().get(CheckGrid.FULL.lengths().size() - 1));
    }

    @Test
    void quickIsPartOfAll() {
        assertTrue(CheckGrid.FULL.cases(CheckGrid.LONGEST).containsAll(CheckGrid.QUICK.cases(CheckGrid.LONGEST)));
    }

    /** Whatever the dtype and the placement: lengths that leave every remainder, and logits far from 0 as often as in all. */
    @Test
    void quickHasEveryCombination() {
        record Kind(DType dtype, Placement placement) {}
        Map<Kind, Set<Integer>> turns = new HashMap<>();
        List<Case> quick = CheckGrid.QUICK.cases(CheckGrid.LONGEST);
        quick.forEach(each -> turns.computeIfAbsent(new Kind(each.dtype(), each.placement()), kind -> new HashSet<>())
                .add(each.classes() % TURNS));
        assertEquals(CheckTable.DTYPES.size() * Placement.values().length, turns.size());
        turns.forEach((kind, all) -> assertEquals(TURNS, all.size(), kind::toString));
        assertEquals(far(CheckGrid.FULL.cases(CheckGrid.LONGEST)), far(quick));
    }

    private static List<Case> far(List<Case> cases) {
        return cases.stream().filter(each -> each.centre() != 0).toList();
    }
}
