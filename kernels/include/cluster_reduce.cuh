// cluster_reduce: as group_reduce, of the threads of all blocks of a cluster, each of which has a slice of the row. A warp sends
// what it has to all blocks; once all of it has arrived, each warp combines it in the same order. So a reduction takes one way from
// block to block, and no barrier after it.
//
// Hazards   Two mailboxes take turns. Whoever sends to one again has received what all warps sent to the other, which these did
//           after they had read this one. No block ends before all has arrived that others send to it, as it waits for it.
#pragma once

#include "cluster.cuh"
#include "group_reduce.cuh"

namespace logitops {

/** What each warp of a cluster sent. */
template <class V>
class OfWarps {
 public:
  struct alignas(8) Sent {
    V value;
  };

  LOGITOPS_DEVICE OfWarps(const Sent* values, uint32_t count) : values_(values), count_(count) {}

  /** Calls f with this lane's share of the values; all lanes together have all. */
  template <class F>
  LOGITOPS_DEVICE void each(F f) const {
#pragma unroll 1
    for (uint32_t w = threadIdx.x % 32; w < count_; w += 32) {
      f(values_[w].value);
    }
  }

 private:
  const Sent* values_;
  uint32_t count_;
};

/** Rows that blocks of a cluster share, and that nothing is added up of: no block waits for another. */
class ClusterSlices {
 public:
  static constexpr bool kIsCluster = true;

  /** Of rows of so many columns, in slices of whole vectors. */
  LOGITOPS_DEVICE ClusterSlices(uint32_t cols, uint32_t vector) : rank_(cluster_rank()), blocks_(cluster_blocks()) {
    slice_ = ((cols + vector - 1) / vector + blocks_ - 1) / blocks_ * vector;
  }

  // Which rows the group takes, and of a row which columns.
  LOGITOPS_DEVICE static int64_t first_row() { return cluster_number(); }
  LOGITOPS_DEVICE static int64_t rows_at_a_time() { return clusters(); }
  LOGITOPS_DEVICE uint32_t begin() const { return rank_ * slice_; }
  LOGITOPS_DEVICE uint32_t end(uint32_t cols) const { return min(begin() + slice_, cols); }
  LOGITOPS_DEVICE bool leads() const { return rank_ == 0 && threadIdx.x == 0; }

  /** As that of a group, of the threads of this block: what blocks copy to shared memory they alone look at. */
  LOGITOPS_DEVICE static void sync() { __syncthreads(); }

  LOGITOPS_DEVICE static void meet() {}

 protected:
  uint32_t rank_;
  uint32_t blocks_;

 private:
  uint32_t slice_;
};

/**
 * Reductions over a row that blocks of a cluster share, each of whole warps, kThreads at most; all of their threads call. A warp sends
 * up to kMessageBytes at a time.
 */
template <int kThreads, int kMessageBytes>
class ClusterReduce : public ClusterSlices {
 public:
  LOGITOPS_DEVICE ClusterReduce(uint32_t cols, uint32_t vector) : ClusterSlices(cols, vector) {
    if (threadIdx.x == 0) {
      barrier(0).make();
      barrier(1).make();
      ArrivalBarrier::publish();
    }
    arrive_at_cluster();
  }

  template <class A>
  LOGITOPS_DEVICE A sum(Compensated<A> value) {
    return reduce(value, Compensated<A>{}, [](Compensated<A>& into, Compensated<A> from) { into.merge(from); }).value();
  }

  /** As max of a group, of this warp. */
  template <class A>
  LOGITOPS_DEVICE static A nearby_max(A value) {
    return of_warp(value, [](A& into, A from) { into = larger(into, from); });
  }

  /** As sum of a group, of this warp. */
  template <class A>
  LOGITOPS_DEVICE static A nearby_sum(Compensated<A> value) {
    return of_warp(value, [](Compensated<A>& into, Compensated<A> from) { into.merge(from); }).value();
  }

  /** Sends what this warp has to all, and waits for what all have. */
  template <class V>
  LOGITOPS_DEVICE OfWarps<V> exchange(const V& value) {
    using Sent = typename OfWarps<V>::Sent;
    constexpr int kWords = sizeof(Sent) / sizeof(uint64_t);
    static_assert(sizeof(Sent) <= kMessageBytes, "mailboxes are too small");
    const uint32_t warps = blockDim.x / kWarp;
    const uint32_t slot = round_ % 2;
    Sent* const mail = reinterpret_cast<Sent*>(mailboxes().words[slot]);
    const ArrivalBarrier arrivals = barrier(slot);
    if (threadIdx.x == 0) {
      arrivals.expect(blocks_ * warps * sizeof(Sent));
    }
    __syncwarp();                         // what any lane has read before, others may overwrite once they have this
    if (threadIdx.x % kWarp < blocks_) {  // a lane for each block
      const uint32_t to = threadIdx.x % kWarp;
      const uint32_t there = address_in_block(shared_address(mail + rank_ * warps + threadIdx.x / kWarp), to);
      const uint32_t its_barrier = address_in_block(arrivals.address, to);
      uint64_t words[kWords] = {};
      memcpy(words, &value, sizeof value);
#pragma unroll
      for (int w = 0; w < kWords; w++) {
        send(there + w * sizeof(uint64_t), words[w], its_barrier);
      }
    }
    arrivals.wait(round_ / 2 % 2);
    round_++;
    return {mail, blocks_ * warps};
  }

  /** Before the first reduction, and where there is none before the end: all blocks have made their barriers by then. */
  LOGITOPS_DEVICE void meet() {
    if (!met_) {
      wait_for_cluster();
      met_ = true;
    }
  }

 private:
  static constexpr uint32_t kWarp = 32;

  struct Mailboxes {
    uint64_t barriers[2];
    uint64_t words[2][kMostClusterBlocks * (kThreads / 32) * kMessageBytes / 8];
  };

  LOGITOPS_DEVICE static Mailboxes& mailboxes() {
    __shared__ Mailboxes of_block;
    return of_block;
  }

  LOGITOPS_DEVICE static ArrivalBarrier barrier(uint32_t slot) { return {shared_address(&mailboxes().barriers[slot])}; }

  template <class V, class Combine>
  LOGITOPS_DEVICE V reduce(V value, V none, Combine combine) {
    const OfWarps<V> all = exchange(of_warp(value, combine));
    value = none;
    all.each([&](const V& sent) { combine(value, sent); });
    return of_warp(value, combine);
  }

  template <class V, class Combine>
  LOGITOPS_DEVICE static V of_warp(V value, Combine combine) {
    butterfly(value, kWarp / 2, combine);
    return value;
  }

  uint32_t round_ = 0;
  bool met_ = false;
};

}  // namespace logitops
