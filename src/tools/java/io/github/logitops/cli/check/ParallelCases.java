package io.github.logitops.cli.check;

import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Runs cases on all cores: the oracle takes the time, whatever the device does. */
final class ParallelCases {
    private ParallelCases() {}

    /** Each core takes the longest case that is left, so that none is alone with a long one at the end. */
    static void forEach(List<Case> cases, Consumer<Case> work) {
        Queue<Case> left = new ConcurrentLinkedQueue<>(cases.stream()
                .sorted(Comparator.comparingInt(Case::classes).reversed())
                .toList());
        IntStream.range(0, Runtime.getRuntime().availableProcessors())
                .parallel()
                .forEach(core -> drain(left, work));
    }

    private static void drain(Queue<Case> left, Consumer<Case> work) {
        try {
            for (Case next = left.poll(); next != null; next = left.poll()) {
                work.accept(next);
            }
        } finally {
            left.clear(); // of one that failed, the other cores stop as well
        }
    }
}
