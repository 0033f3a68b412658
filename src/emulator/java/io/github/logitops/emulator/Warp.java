package io.github.logitops.emulator;

import java.util.Arrays;
import java.util.Random;

/**
 * Up to 32 threads of a block. In lockstep, those furthest behind in the code run first, as one, up to where the next ones are:
 * so lanes that parted meet again without any knowledge of the code's structure. Other schedules run them in other orders. At
 * instructions that synchronise, lanes wait for each other.
 */
final class Warp {
    static final int LANES = 32;

    private static final long BUDGET = 1L << 24; // far more than a thread of any test runs; a kernel may not end
    private static final int LONGEST_SLICE = 200;
    private static final int PARTED = -1;

    private final Block block;
    private final Schedule.Order order;
    private final Instruction[] code;
    private final int firstThread;
    private final long[] values;
    private final int[] predicates;
    private final int[] next = new int[LANES]; // each lane's next instruction
    private Random random;
    private int live;
    private int atBarrier;
    private int atClusterBarrier;
    private int atCollective;
    private int polling; // found a phase not to be over, and are not to ask again before others had their turn
    private Mbarrier polled; // by these, last
    private int current; // instruction and lane, for messages
    private int lane;
    private long steps;

    /** A warp whose registers are in {@code values}, which others may have used. */
    Warp(Block block, int firstThread, long[] values) {
        this.block = block;
        this.order = block.schedule().order();
        this.code = block.entry().code();
        this.firstThread = firstThread;
        this.values = values;
        this.predicates = new int[block.entry().predicates()];
    }

    Block block() {
        return block;
    }

    long[] values() {
        return values;
    }

    int firstThread() {
        return firstThread;
    }

    int predicate(int index) {
        return predicates[index];
    }

    void setPredicate(int index, int lanes, int bits) {
        predicates[index] = predicates[index] & ~lanes | bits & lanes;
    }

    /** The first lanes, as many as there are threads. */
    static int lanes(int threads) {
        return threads >= LANES ? -1 : (1 << threads) - 1;
    }

    /** Notes which lane is at work, for messages and checks. */
    int at(int index) {
        lane = index;
        block.now().at(firstThread + index);
        return index;
    }

    void start(int threads, Random newRandom) {
        random = newRandom;
        live = lanes(threads);
        atBarrier = 0;
        atClusterBarrier = 0;
        polling = 0;
        atCollective = 0;
        steps = 0;
        Arrays.fill(next, 0);
    }

    int live() {
        return live;
    }

    /** The barrier that live lanes wait at; -1 if they wait at several. */
    int barrier() {
        int at = next[first(live)];
        for (int m = live; m != 0; m &= m - 1) {
            if (next[first(m)] != at) {
                return -1;
            }
        }
        return at;
    }

    void leaveBarrier() {
        for (int m = live; m != 0; m &= m - 1) {
            next[first(m)]++;
        }
        atBarrier = 0;
        atClusterBarrier = 0;
    }

    /** The instruction at work. */
    Instruction instruction() {
        return code[current];
    }

    /** These lanes wait for a phase of an mbarrier, and let others go first. */
    void poll(int lanes, Mbarrier mbarrier) {
        polling |= lanes;
        polled = mbarrier;
    }

    void pollAgain() {
        polling = 0;
    }

    /** Whether lanes wait for what another block may do. */
    boolean waitsForOthers() {
        return (polling | atClusterBarrier) != 0;
    }

    /** Passes the barrier of the cluster if all lanes wait there and everybody has arrived; returns whether it did. */
    boolean passClusterBarrier() {
        boolean open = atClusterBarrier != 0 && atClusterBarrier == live && barrier() >= 0;
        for (int m = live; m != 0 && open; m &= m - 1) {
            open = block.cluster().barrier().isOpen(block.rank(), firstThread + first(m));
        }
        if (open) {
            for (int m = live; m != 0; m &= m - 1) {
                block.cluster().barrier().pass(block.rank(), firstThread + first(m));
            }
            leaveBarrier();
        }
        return open;
    }

    /** The report of lanes whose wait cannot end. */
    EmulatorException stuck() {
        ClusterBarrier barrier = block.cluster().barrier();
        int waiting = first(atClusterBarrier != 0 ? atClusterBarrier : polling);
        if (atClusterBarrier != 0 && !barrier.isOpen(block.rank(), firstThread + waiting)) {
            return stuck("barrier of the cluster that only " + barrier.state() + " reach", waiting, next[waiting]);
        }
        if (polling != 0) {
            int asking = first(polling);
            return stuck("wait that cannot end for an mbarrier: " + polled.state(), asking, next[asking] - 1);
        }
        return stuck("barrier of the cluster that some lanes of a warp do not reach", waiting, next[waiting]);
    }

    private EmulatorException stuck(String what, int waiting, int pc) {
        return block.error(what, code[pc], firstThread + waiting, null);
    }

    /** Runs on; returns whether there is more to do before every lane has exited or waits at a barrier. */
    boolean run() {
        try {
            int ready = ready();
            do {
                if (ready != 0) {
                    schedule(ready);
                    ready = ready();
                }
                if (ready == 0 && atCollective != 0 && !waitsForOthers()) {
                    current = next[first(atCollective)];
                    at(first(atCollective));
                    throw new Fault("collective that not all of its members reach: waiting lanes=0x"
                            + Integer.toHexString(atCollective));
                }
            } while (ready != 0 && order != Schedule.Order.SHUFFLED);
            return ready != 0;
        } catch (Fault e) {
            throw block.error(e.getMessage(), code[current], firstThread + lane, e);
        } catch (ArithmeticException e) {
            throw block.error("division by zero in the warp of this thread", code[current], firstThread, e);
        }
    }

    private int ready() {
        return live & ~(atBarrier | atClusterBarrier | atCollective | polling);
    }

    private void schedule(int ready) {
        switch (order) {
            case LOCKSTEP -> runFurthestBehind(ready);
            case ONE_BY_ONE -> runGroup(next[first(ready)], 1 << first(ready), Integer.MAX_VALUE, Integer.MAX_VALUE);
            default -> {
                int chosen = ready;
                for (int skip = random.nextInt(Integer.bitCount(ready)); skip > 0; skip--) {
                    chosen &= chosen - 1;
                }
                int pc = next[first(chosen)];
                runGroup(pc, lanesAt(pc, ready), Integer.MAX_VALUE, 1 + random.nextInt(LONGEST_SLICE));
            }
        }
    }

    private void runFurthestBehind(int ready) {
        int pc = Integer.MAX_VALUE;
        int limit = Integer.MAX_VALUE;
        int group = 0;
        for (int m = ready; m != 0; m &= m - 1) {
            int i = first(m);
            if (next[i] < pc) {
                limit = pc;
                pc = next[i];
                group = 1 << i;
            } else if (next[i] == pc) {
                group |= 1 << i;
            } else {
                limit = Math.min(limit, next[i]);
            }
        }
        runGroup(pc, group, limit, Integer.MAX_VALUE);
    }

    /** Runs these lanes, all at {@code start}, as one: to the next fork, wait or end, or a limit of place or length. */
    private void runGroup(int start, int group, int limit, int most) {
        int pc = start;
        Counters counters = block.counters();
        for (int left = most; pc < limit && left > 0; left--) {
            Instruction instruction = code[pc];
            current = pc;
            if (++steps > BUDGET) {
                throw new Fault("no end after " + BUDGET + " instructions of a warp");
            }
            int lanes = group;
            if (instruction.guard() >= 0) {
                int guard = predicates[instruction.guard()];
                lanes &= instruction.negated() ? ~guard : guard;
            }
            if (lanes == 0) {
                pc++;
                continue;
            }
            if (counters != null) {
                counters.step(pc, lanes);
            }
            if (instruction.kind() == Instruction.Kind.PLAIN) {
                instruction.step().run(this, lanes);
                pc++;
            } else {
                pc = follow(instruction, pc, group, lanes);
                if (pc == PARTED) {
                    return;
                }
            }
        }
        setNext(group, pc);
    }

    /** An instruction that concerns the flow of control: where all of the group go on, unless it is noted where each lane does. */
    private int follow(Instruction instruction, int pc, int group, int lanes) {
        switch (instruction.kind()) {
            case BRANCH -> {
                if (lanes == group) {
                    return instruction.target();
                }
                setNext(lanes, instruction.target());
            }
            case RETURN -> {
                live &= ~lanes;
                block.exit(this, lanes);
            }
            case BARRIER -> {
                atBarrier |= lanes;
                setNext(lanes, pc);
            }
            case CLUSTER_BARRIER -> {
                instruction.step().run(this, lanes);
                atClusterBarrier |= lanes;
                setNext(lanes, pc);
            }
            case POLL -> {
                instruction.step().run(this, lanes);
                if ((polling & group) == 0) {
                    return pc + 1;
                }
                setNext(lanes, pc + 1);
            }
            case COLLECTIVE -> {
                if (collective(instruction, pc, lanes)) {
                    if (lanes == group) {
                        return pc + 1;
                    }
                    setNext(lanes, pc + 1);
                }
            }
            default -> throw new AssertionError(instruction.kind());
        }
        setNext(group & ~lanes, pc + 1);
        return PARTED;
    }

    /** Whether these lanes did the collective at once, as one. If not, they wait at it or have gone on past it. */
    private boolean collective(Instruction instruction, int pc, int arriving) {
        if (atCollective == 0 && areMembers(instruction, arriving)) {
            instruction.step().run(this, arriving);
            return true;
        }
        setNext(arriving, pc);
        atCollective |= arriving;
        for (int left = arriving; left != 0; ) {
            int members = members(instruction, at(first(left)));
            if ((members & ~lanesAt(pc, atCollective)) == 0) {
                for (int m = members; m != 0; m &= m - 1) {
                    if (members(instruction, at(first(m))) != members) {
                        throw new Fault("collective whose members name other members: members=0x"
                                + Integer.toHexString(members));
                    }
                }
                instruction.step().run(this, members);
                atCollective &= ~members;
                setNext(members, pc + 1);
            }
            left &= ~members;
        }
        return false;
    }

    private int members(Instruction instruction, int i) {
        int members = (int) values[instruction.members() * LANES + i];
        if ((members >>> i & 1) == 0) {
            throw new Fault(
                    "collective by a lane that is not among its members: members=0x" + Integer.toHexString(members));
        }
        if ((members & ~live) != 0) {
            throw new Fault("collective with members that have exited or never were: members=0x"
                    + Integer.toHexString(members) + ", live lanes=0x" + Integer.toHexString(live));
        }
        return members;
    }

    /** Whether each of these lanes names exactly these as members. */
    private boolean areMembers(Instruction instruction, int lanes) {
        int different = 0;
        for (int m = lanes; m != 0; m &= m - 1) {
            different |= lanes ^ (int) values[instruction.members() * LANES + first(m)];
        }
        return different == 0;
    }

    private int lanesAt(int pc, int among) {
        int lanes = 0;
        for (int m = among; m != 0; m &= m - 1) {
            lanes |= next[first(m)] == pc ? m & -m : 0;
        }
        return lanes;
    }

    private void setNext(int lanes, int pc) {
        for (int m = lanes; m != 0; m &= m - 1) {
            next[first(m)] = pc;
        }
    }

    private static int first(int lanes) {
        return Integer.numberOfTrailingZeros(lanes);
    }
}
