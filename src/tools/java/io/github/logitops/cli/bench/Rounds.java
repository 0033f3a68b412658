package io.github.logitops.cli.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * Measures contenders side by side: each round takes one after the other, so that what drifts in a machine drifts for all of
 * them, and a measurement can be held against another of the same shape.
 *
 * @param rounds how many there are
 * @param targetMicros how long a contender runs in a round, about
 * @param mostCalls how often at most
 * @param warmUpMicros how long it is called before the rounds
 */
record Rounds(int rounds, double targetMicros, int mostCalls, double warmUpMicros) {
    /** Before the rounds there are twice as many at least, to warm up and to see how long they take. */
    static final int FEWEST_CALLS = 2;

    private static final int QUEUED_CALLS = 200; // with up to three launches each, fewer than a device's queue holds

    static Rounds onGpu(int rounds) {
        return new Rounds(rounds, 4000, QUEUED_CALLS, 0);
    }

    static Rounds onCpu(int rounds) {
        return new Rounds(rounds, 10_000, QUEUED_CALLS, 0);
    }

    /** Long enough that loops are compiled before, and that threads a contender leaves waiting for work are asleep. */
    static Rounds besidePeers(int rounds) {
        return new Rounds(rounds, 100_000, Integer.MAX_VALUE, 3_000_000);
    }

    /** How many calls make a measurement of something that takes so long once. */
    int calls(double micros) {
        return (int) Math.max(FEWEST_CALLS, Math.min(mostCalls, targetMicros / micros));
    }

    /** One cell for each contender, in order. */
    List<Cell> measure(Bed bed, Workload workload, List<Contender> contenders) {
        int count = contenders.size();
        int[] calls = new int[count];
        for (int c = 0; c < count; c++) {
            Contender contender = contenders.get(c);
            double spent = 0;
            do {
                spent += FEWEST_CALLS
                        * bed.micros(contender, FEWEST_CALLS, workload.sets()); // loads, compiles, fills pools
            } while (spent < warmUpMicros);
            calls[c] = calls(bed.micros(contender, FEWEST_CALLS, workload.sets()));
        }
        double[][] micros = new double[count][rounds];
        for (int round = 0; round < rounds; round++) {
            for (int c = 0; c < count; c++) {
                micros[c][round] = bed.micros(contenders.get(c), calls[c], workload.sets());
            }
        }
        List<Cell> cells = new ArrayList<>();
        BenchShape shape = workload.shape();
        for (int c = 0; c < count; c++) {
            Contender contender = contenders.get(c);
            cells.add(new Cell(
                    contender.provider(),
                    contender.op(),
                    shape.dtype(),
                    shape.outer(),
                    shape.columns(),
                    shape.inner(),
                    shape.padding(),
                    contender.bytes(),
                    null,
                    contender.ceiling(),
                    Spread.of(micros[c])));
        }
        return cells;
    }
}
