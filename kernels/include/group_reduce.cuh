// group_reduce: combines one value of each thread of a group, in an order that depends on nothing but the thread
// numbers. Every thread gets the result, the same bits. A group is the blockDim.x threads that share a threadIdx.y: a
// power of 2, and if it is more than a warp, the whole block. Groups of a warp reduce together: lanes that were named group
// by group would first have to find each other, which takes longer than the reduction.
#pragma once

#include "best.cuh"

namespace logitops {

template <class V>
LOGITOPS_DEVICE V shuffle_xor(V value, uint32_t mask) {
  return __shfl_xor_sync(UINT32_MAX, value, mask);
}
template <class A>
LOGITOPS_DEVICE Compensated<A> shuffle_xor(Compensated<A> value, uint32_t mask) {
  return {shuffle_xor(value.sum, mask), shuffle_xor(value.lost, mask)};
}
template <class A>
LOGITOPS_DEVICE Best<A> shuffle_xor(Best<A> value, uint32_t mask) {
  return {shuffle_xor(value.value, mask), shuffle_xor(value.column, mask)};
}

/** Combines the values of 2 * mask neighbouring lanes. */
template <class V, class Combine>
LOGITOPS_DEVICE void butterfly(V& value, uint32_t mask, Combine combine) {
#pragma unroll 1  // it is said often, and the code would be five times as long
  for (; mask > 0; mask /= 2) {
    combine(value, shuffle_xor(value, mask));
  }
}

/** Reductions over a group, all of whose threads call, and all of their warp; kMayBeBlock: whether it may be more than a warp. */
template <bool kMayBeBlock = true>
class GroupReduce {
 public:
  static constexpr bool kIsCluster = false;

  LOGITOPS_DEVICE GroupReduce(uint32_t, uint32_t) {}

  // Which rows the group takes, and of a row which columns.
  LOGITOPS_DEVICE static int64_t first_row() { return static_cast<int64_t>(blockIdx.x) * blockDim.y + threadIdx.y; }
  LOGITOPS_DEVICE static int64_t rows_at_a_time() { return static_cast<int64_t>(gridDim.x) * blockDim.y; }
  LOGITOPS_DEVICE static uint32_t begin() { return 0; }
  LOGITOPS_DEVICE static uint32_t end(uint32_t cols) { return cols; }
  LOGITOPS_DEVICE static bool leads() { return threadIdx.x == 0; }

  template <class A>
  LOGITOPS_DEVICE A max(A value) {
    return reduce(value, [](A& into, A from) { into = larger(into, from); });
  }

  /** What a reduction that must be cheap may look at: all threads. */
  template <class A>
  LOGITOPS_DEVICE A nearby_max(A value) {
    return max(value);
  }

  template <class A>
  LOGITOPS_DEVICE A sum(Compensated<A> value) {
    return reduce(value, [](Compensated<A>& into, Compensated<A> from) { into.merge(from); }).value();
  }

  template <class A>
  LOGITOPS_DEVICE Best<A> best(Best<A> value) {
    return reduce(value, [](Best<A>& into, Best<A> from) { into.merge(from); });
  }

  LOGITOPS_DEVICE uint32_t count(uint32_t value) {
    return reduce(value, [](uint32_t& into, uint32_t from) { into += from; });
  }

  /** Orders what the threads of the group did before against what they do after. */
  LOGITOPS_DEVICE static void sync() {
    if (!kMayBeBlock || blockDim.x <= kWarp) {
      __syncwarp();
    } else {
      __syncthreads();
    }
  }

  LOGITOPS_DEVICE static void meet() {}

 private:
  template <class V, class Combine>
  LOGITOPS_DEVICE V reduce(V value, Combine combine) {
    if constexpr (kMayBeBlock) {
      if (blockDim.x > kWarp) {
        return reduce_block(value, combine);
      }
    }
    butterfly(value, blockDim.x / 2, combine);
    __syncwarp();  // like the barrier below, orders what was read before against what is written after
    return value;
  }

  template <class V, class Combine>
  LOGITOPS_DEVICE V reduce_block(V value, Combine combine) {
    __shared__ V of_warp[2][kWarp];
#pragma unroll
    for (uint32_t mask = kWarp / 2; mask > 0; mask /= 2) {
      combine(value, shuffle_xor(value, mask));
    }
    slot_ ^= 1;
    if (threadIdx.x % kWarp == 0) {
      of_warp[slot_][threadIdx.x / kWarp] = value;
    }
    // Closes write-then-read of of_warp[slot_]. The other hazard, a next reduction that writes what a slow thread still
    // reads, is closed by taking the slots in turn: whoever writes this one again has passed the next barrier, and all
    // reading threads before it.
    __syncthreads();
    const uint32_t warps = blockDim.x / kWarp;
    value = of_warp[slot_][threadIdx.x & (warps - 1)];
    butterfly(value, warps / 2, combine);
    return value;
  }

  static constexpr uint32_t kWarp = 32;

  int slot_ = 0;
};

}  // namespace logitops
