// block_reduce: combines one value of each thread of a block, in an order that depends on nothing but the thread
// numbers. Every thread gets the result, the same bits.
#pragma once

#include "best.cuh"

namespace logitops {

template <class V>
LOGITOPS_DEVICE V shuffle_xor(V value, int mask) {
  return __shfl_xor_sync(0xffffffffu, value, mask);
}
template <class A>
LOGITOPS_DEVICE Compensated<A> shuffle_xor(Compensated<A> value, int mask) {
  return {shuffle_xor(value.sum, mask), shuffle_xor(value.lost, mask)};
}
template <class A>
LOGITOPS_DEVICE Best<A> shuffle_xor(Best<A> value, int mask) {
  return {shuffle_xor(value.value, mask), shuffle_xor(value.column, mask)};
}

/** Reductions over a block of kThreads, all of which call; kThreads / 32 is a power of 2, at most 32. */
template <int kThreads>
class BlockReduce {
 public:
  template <class A>
  LOGITOPS_DEVICE A max(A value) {
    return reduce(value, [](A& into, A from) { into = larger(into, from); });
  }

  template <class A>
  LOGITOPS_DEVICE A sum(Compensated<A> value) {
    return reduce(value, [](Compensated<A>& into, Compensated<A> from) { into.merge(from); }).value();
  }

  template <class A>
  LOGITOPS_DEVICE Best<A> best(Best<A> value) {
    return reduce(value, [](Best<A>& into, Best<A> from) { into.merge(from); });
  }

  LOGITOPS_DEVICE long long sum(long long value) {
    return reduce(value, [](long long& into, long long from) { into += from; });
  }

  LOGITOPS_DEVICE long long min(long long value) {
    return reduce(value, [](long long& into, long long from) { into = from < into ? from : into; });
  }

 private:
  template <class V, class Combine>
  LOGITOPS_DEVICE V reduce(V value, Combine combine) {
    constexpr int kWarps = kThreads / 32;
    __shared__ V of_warp[2][kWarps];
    butterfly(value, 16, combine);
    slot_ ^= 1;
    if (threadIdx.x % 32 == 0) {
      of_warp[slot_][threadIdx.x / 32] = value;
    }
    // Closes write-then-read of of_warp[slot_]. The other hazard, a next reduction that writes what a slow thread still
    // reads, is closed by taking the slots in turn: whoever writes this one again has passed the next barrier, and all
    // reading threads before it.
    __syncthreads();
    value = of_warp[slot_][threadIdx.x % kWarps];
    butterfly(value, kWarps / 2, combine);
    return value;
  }

  /** Combines the values of 2 * mask neighbouring lanes. */
  template <class V, class Combine>
  LOGITOPS_DEVICE static void butterfly(V& value, int mask, Combine combine) {
#pragma unroll 1  // code that is five times as long would not be measurably faster
    for (; mask > 0; mask /= 2) {
      combine(value, shuffle_xor(value, mask));
    }
  }

  int slot_ = 0;
};

}  // namespace logitops
