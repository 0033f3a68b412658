package io.github.logitops.emulator;

import java.util.Arrays;

/**
 * Up to 32 threads of a block. Those furthest behind in the code run first, as one, up to where the next ones are: so lanes
 * that parted meet again without any knowledge of the code's structure. Real warps may run them in any order up to the next
 * instruction that synchronises, and at those all wait for each other.
 */
final class Warp {
    static final int LANES = 32;

    private static final long BUDGET = 1L << 24; // far more than a thread of any test runs; a kernel may not end

    private final Block block;
    private final Instruction[] code;
    private final int firstThread;
    private final long[] values;
    private final int[] predicates;
    private final int[] next = new int[LANES]; // each lane's next instruction
    private int live;
    private int atBarrier;
    private int atShuffle;
    private int current; // instruction and lane, for messages
    private int lane;
    private long steps;

    /** A warp whose registers are in {@code values}, which others may have used. */
    Warp(Block block, int firstThread, long[] values) {
        this.block = block;
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

    /** Notes which lane is at work, for messages. */
    int at(int index) {
        lane = index;
        return index;
    }

    void start(int threads) {
        live = threads >= LANES ? -1 : (1 << threads) - 1;
        atBarrier = 0;
        atShuffle = 0;
        steps = 0;
        Arrays.fill(next, 0);
    }

    int live() {
        return live;
    }

    /** The barrier that live lanes wait at; -1 if they wait at several. */
    int barrier() {
        int at = next[Integer.numberOfTrailingZeros(live)];
        for (int m = live; m != 0; m &= m - 1) {
            if (next[Integer.numberOfTrailingZeros(m)] != at) {
                return -1;
            }
        }
        return at;
    }

    void leaveBarrier() {
        for (int m = live; m != 0; m &= m - 1) {
            next[Integer.numberOfTrailingZeros(m)]++;
        }
        atBarrier = 0;
    }

    /** Runs until every lane has exited or waits at a barrier. */
    void run() {
        try {
            int ready = live & ~atBarrier;
            while (ready != 0) {
                schedule(ready);
                ready = live & ~atBarrier & ~atShuffle;
                if (ready == 0 && atShuffle != 0) {
                    current = next[Integer.numberOfTrailingZeros(atShuffle)];
                    at(Integer.numberOfTrailingZeros(atShuffle));
                    throw new Fault("shuffle that not all of its members reach: waiting lanes=0x"
                            + Integer.toHexString(atShuffle));
                }
            }
        } catch (Fault e) {
            throw block.error(e.getMessage(), code[current], firstThread + lane, e);
        } catch (ArithmeticException e) {
            throw block.error("division by zero in the warp of this thread", code[current], firstThread, e);
        }
    }

    private void schedule(int ready) {
        int pc = Integer.MAX_VALUE;
        int limit = Integer.MAX_VALUE;
        int group = 0;
        for (int m = ready; m != 0; m &= m - 1) {
            int i = Integer.numberOfTrailingZeros(m);
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
        runGroup(pc, group, limit);
    }

    private void runGroup(int start, int group, int limit) {
        int pc = start;
        while (pc < limit) {
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
            switch (instruction.kind()) {
                case PLAIN -> {
                    instruction.step().run(this, lanes);
                    pc++;
                }
                case BRANCH -> {
                    if (lanes != group) {
                        setNext(group & ~lanes, pc + 1);
                        setNext(lanes, instruction.target());
                        return;
                    }
                    pc = instruction.target();
                }
                case RETURN -> {
                    live &= ~lanes;
                    setNext(group & ~lanes, pc + 1);
                    return;
                }
                case BARRIER -> {
                    atBarrier |= lanes;
                    setNext(lanes, pc);
                    setNext(group & ~lanes, pc + 1);
                    return;
                }
                case SHUFFLE -> {
                    if (lanes != group || !shuffle(instruction, pc, lanes)) {
                        setNext(group & ~lanes, pc + 1);
                        return;
                    }
                    pc++;
                }
                default -> throw new AssertionError(instruction.kind());
            }
        }
        setNext(group, pc);
    }

    /** Whether the shuffle was done by exactly these lanes; otherwise they wait, or went on with others that waited. */
    private boolean shuffle(Instruction instruction, int pc, int arriving) {
        if (atShuffle == 0 && areMembers(instruction, arriving)) {
            instruction.step().run(this, arriving);
            return true;
        }
        setNext(arriving, pc);
        int present = arriving;
        for (int m = atShuffle; m != 0; m &= m - 1) {
            int i = Integer.numberOfTrailingZeros(m);
            present |= next[i] == pc ? 1 << i : 0;
        }
        int expected = 0;
        for (int m = present; m != 0; m &= m - 1) {
            int i = at(Integer.numberOfTrailingZeros(m));
            int members = (int) values[instruction.members() * LANES + i];
            if ((members >>> i & 1) == 0) {
                throw new Fault(
                        "shuffle by a lane that is not among its members: members=0x" + Integer.toHexString(members));
            }
            if ((members & ~live) != 0) {
                throw new Fault("shuffle with members that have exited or never were: members=0x"
                        + Integer.toHexString(members) + ", live lanes=0x" + Integer.toHexString(live));
            }
            expected |= members;
        }
        if (present != expected) {
            atShuffle |= present;
            return false;
        }
        instruction.step().run(this, present);
        atShuffle &= ~present;
        setNext(present, pc + 1);
        return present == arriving;
    }

    /** Whether each of these lanes names exactly these as members. */
    private boolean areMembers(Instruction instruction, int lanes) {
        int different = 0;
        for (int m = lanes; m != 0; m &= m - 1) {
            different |= lanes ^ (int) values[instruction.members() * LANES + Integer.numberOfTrailingZeros(m)];
        }
        return different == 0;
    }

    private void setNext(int lanes, int pc) {
        for (int m = lanes; m != 0; m &= m - 1) {
            next[Integer.numberOfTrailingZeros(m)] = pc;
        }
    }
}
