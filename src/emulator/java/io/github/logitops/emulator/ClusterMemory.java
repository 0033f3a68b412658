package io.github.logitops.emulator;

/**
 * The shared memory of all blocks of a cluster as one of them reaches it. An address of mapa carries the rank of its block; one
 * without is the own block's.
 */
final class ClusterMemory implements Space {
    private final Block own;

    ClusterMemory(Block own) {
        this.own = own;
    }

    @Override
    public long load(long address, int bytes, Moment now) {
        return access("cluster load", address).load(address, bytes, now);
    }

    @Override
    public void store(long address, int bytes, long value, Moment now) {
        access("cluster store", address).store(address, bytes, value, now);
    }

    private SharedMemory access(String access, long address) {
        Block block = block(access, address);
        if (block != own) {
            block.expectAccess(
                    own.cluster().barrier().arrivals(own.rank(), own.now().thread()));
        }
        return block.shared();
    }

    /** The block that an address belongs to. Fails unless the thread at work knows it to run. */
    Block block(String access, long address) {
        int rank = SharedMemory.rank(address);
        if (rank < 0) {
            return own;
        }
        Cluster cluster = own.cluster();
        requireRank(access, rank);
        Block block = cluster.block(rank);
        if (block.isOver()) {
            throw Fault.at(access + " to a block that has exited", address, "rank=" + rank);
        }
        if (block != own && cluster.barrier().waits(own.rank(), own.now().thread()) == 0) {
            throw Fault.at(access + " with no wait for the cluster's barrier before", address, "rank=" + rank);
        }
        return block;
    }

    /** mapa: where the block of this rank has what is here in any block. */
    long map(long address, int rank) {
        requireRank("mapa", rank);
        return SharedMemory.ofRank(address, rank);
    }

    private void requireRank(String access, int rank) {
        if (rank < 0 || rank >= own.cluster().size()) {
            throw new Fault(access + " with a rank beyond the cluster: rank=" + rank + ", blocks="
                    + own.cluster().size());
        }
    }
}
