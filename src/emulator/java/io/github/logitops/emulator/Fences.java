package io.github.logitops.emulator;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What blocks of a launch know of each other. A thread hands on what it and, up to its last barrier, its block did by a fence and
 * then an atomic operation; a thread that meets that place by an atomic operation and then a fence knows it, and from the next
 * barrier on so does its block. Anything less orders nothing.
 */
final class Fences {
    /** All that a block did before a phase, and some threads in it. */
    private record Until(long phase, Set<Integer> threads) {
        boolean covers(long otherPhase, int thread) {
            return otherPhase < phase || otherPhase == phase && threads.contains(thread);
        }

        Until join(Until other) {
            if (phase != other.phase) {
                return phase > other.phase ? this : other;
            }
            Set<Integer> both = new HashSet<>(threads);
            both.addAll(other.threads);
            return new Until(phase, both);
        }
    }

    /** How much is known of which block. */
    private static final class Knowledge {
        private final Map<Integer, Until> ofBlocks = new HashMap<>();

        void add(Knowledge other) {
            if (other != null) {
                other.ofBlocks.forEach(this::add);
            }
        }

        void add(int block, Until until) {
            ofBlocks.merge(block, until, Until::join);
        }

        boolean covers(int block, long phase, int thread) {
            Until until = ofBlocks.get(block);
            return until != null && until.covers(phase, thread);
        }
    }

    private final Map<Long, Knowledge> atAddresses = new HashMap<>();

    OfBlock ofBlock(int block) {
        return new OfBlock(block);
    }

    /** What one block and its threads know. */
    final class OfBlock {
        private final int block;
        private final Knowledge common = new Knowledge();
        private final Map<Integer, Knowledge> own = new HashMap<>(); // of threads, since the last barrier
        private final Map<Integer, Knowledge> met = new HashMap<>(); // by atomic operations, without a fence yet
        private final Map<Integer, Knowledge> handedOn = new HashMap<>(); // by the last fence

        OfBlock(int block) {
            this.block = block;
        }

        void barrier() {
            own.values().forEach(common::add);
            own.clear();
        }

        void fence(long phase, int thread) {
            Knowledge known = own.computeIfAbsent(thread, t -> new Knowledge());
            known.add(met.remove(thread));
            Knowledge all = new Knowledge();
            all.add(common);
            all.add(known);
            all.add(block, new Until(phase, Set.of(thread)));
            handedOn.put(thread, all);
        }

        void atomic(long address, int thread) {
            Knowledge there = atAddresses.computeIfAbsent(address, a -> new Knowledge());
            met.computeIfAbsent(thread, t -> new Knowledge()).add(there);
            there.add(handedOn.get(thread));
        }

        boolean know(int thread, int otherBlock, long phase, int otherThread) {
            Knowledge known = own.get(thread);
            return common.covers(otherBlock, phase, otherThread)
                    || known != null && known.covers(otherBlock, phase, otherThread);
        }
    }
}
