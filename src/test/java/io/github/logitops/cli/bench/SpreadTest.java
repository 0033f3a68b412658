package io.github.logitops.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class SpreadTest {
    @Test
    void quantilesAreLinearBetweenValues() {
        assertEquals(new Spread(3, 1.8, 4.2), Spread.of(5, 1, 3, 2, 4));
        assertEquals(new Spread(1.5, 1.2, 1.8), Spread.of(1, 2));
        assertEquals(new Spread(7, 7, 7), Spread.of(7));
    }
}
