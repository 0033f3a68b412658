package io.github.logitops.emulator;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What the blocks of a cluster have pushed to each other and has not come yet. It comes as late as the schedule may have it. */
final class Pushes {
    private record UnderWay(Push push, Block from, Instruction at, int thread) {}

    private final List<UnderWay> underWay = new ArrayList<>();
    private final Schedule.Order order;
    private final Random random;

    Pushes(Schedule.Order order, Random random) {
        this.order = order;
        this.random = random;
    }

    void add(Push push, Block from, Instruction at) {
        underWay.add(new UnderWay(push, from, at, from.now().thread()));
    }

    boolean isEmpty() {
        return underWay.isEmpty();
    }

    /** Lets one of them come: the first, the last or any; returns whether a phase of an mbarrier is over now. */
    boolean deliver() {
        int index = switch (order) {
            case LOCKSTEP -> 0;
            case ONE_BY_ONE -> underWay.size() - 1;
            default -> random.nextInt(underWay.size());
        };
        UnderWay next = underWay.remove(index);
        try {
            return next.push().arrive();
        } catch (Fault e) {
            throw next.from().error(e.getMessage(), next.at(), next.thread(), e);
        }
    }

    /** Whether something is under way to this memory. */
    boolean reach(SharedMemory memory) {
        return underWay.stream().anyMatch(u -> u.push().memory() == memory);
    }
}
