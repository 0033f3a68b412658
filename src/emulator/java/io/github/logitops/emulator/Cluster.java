package io.github.logitops.emulator;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Blocks that run together and reach each other's shared memory. A block that is in no cluster is one of its own. One object runs
 * any number of clusters of a launch, one after another.
 */
final class Cluster {
    private static final int EARLY =
            4; // on a shuffled schedule, one round in so many lets a push come before it has to

    private final Grid grid;
    private final List<Block> blocks = new ArrayList<>(); // by rank
    private ClusterBarrier barrier;
    private Clocks clocks;
    private Pushes pushes;
    private boolean moved; // since the last round, something that others may wait for

    Cluster(Grid grid) {
        this.grid = grid;
        for (int rank = 0; rank < grid.clusterBlocks(); rank++) {
            blocks.add(new Block(grid, this, rank));
        }
    }

    int size() {
        return grid.clusterBlocks();
    }

    Block block(int rank) {
        return blocks.get(rank);
    }

    ClusterBarrier barrier() {
        return barrier;
    }

    /** Made when the first needs them: what was before is over for everybody who knows anything. */
    Clocks clocks() {
        if (clocks == null) {
            clocks = new Clocks(size() * grid.warps());
        }
        return clocks;
    }

    Pushes pushes() {
        return pushes;
    }

    /** Something happened that others may wait for. */
    void move() {
        moved = true;
    }

    /** Runs the blocks of the cluster of this index to their ends. */
    void run(int index) {
        Random random = grid.schedule().random(index);
        barrier = new ClusterBarrier(size(), grid.threads());
        clocks = null;
        pushes = new Pushes(grid.schedule().order(), random);
        blocks.forEach(block -> block.start(index * size() + block.rank(), random));
        List<Block> order = new ArrayList<>(blocks);
        boolean live = true;
        while (live) {
            if (grid.schedule().order() == Schedule.Order.SHUFFLED) {
                Collections.shuffle(order, random);
                deliverEarly(random);
            }
            moved = false;
            live = false;
            for (Block block : order) {
                live |= block.run();
            }
            if (live && !goOn()) {
                throw stuck();
            }
        }
    }

    private void deliverEarly(Random random) {
        if (!pushes.isEmpty() && random.nextInt(EARLY) == 0) {
            pushes.deliver();
        }
    }

    /** Whether some thread may go on now; what is under way comes when nothing else can happen. */
    private boolean goOn() {
        for (Block block : blocks) {
            moved |= block.passClusterBarrier();
        }
        while (!moved && !pushes.isEmpty()) {
            moved = pushes.deliver();
        }
        return moved;
    }

    /** The threads of these blocks met. */
    void meet(int firstRank, int count) {
        if (clocks != null) {
            clocks.meet(firstRank * grid.warps(), count * grid.warps());
        }
    }

    private EmulatorException stuck() {
        EmulatorException found = null;
        for (Block block : blocks) {
            found = found == null ? block.stuck() : found;
        }
        return found;
    }

    /** All of the cluster's threads met and see what each other did. */
    void order() {
        long first = grid.memory().newPhase();
        for (Block block : blocks) {
            block.now().clusterBarrier(first);
        }
        meet(0, size());
    }
}
