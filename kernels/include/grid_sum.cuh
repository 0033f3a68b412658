// grid_sum: sums over all blocks of a launch. Each block leaves what it has, and the one that is done last adds that up: nobody
// waits, and the order of a sum does not depend on who comes last.
#pragma once

#include "group_reduce.cuh"

namespace logitops {

/** A sum in f64 of f32 numbers, which has digits to spare. */
struct SpareSum {
  double sum = 0;

  LOGITOPS_DEVICE void add(double value) { sum += value; }
  LOGITOPS_DEVICE void merge(SpareSum other) { sum += other.sum; }
  LOGITOPS_DEVICE double value() const { return sum; }
};

LOGITOPS_DEVICE SpareSum shuffle_xor(SpareSum value, uint32_t mask) { return {shuffle_xor(value.sum, mask)}; }

/** A sum in f64, as one may be beyond f32 whose mean is not, and of f64 compensated. */
template <class A>
using GridSum = std::conditional_t<sizeof(A) == 8, Compensated<double>, SpareSum>;

/**
 * Whether this block is the last of all to be done. Then its threads see what all others wrote before: the first thread of each,
 * before it asked.
 *
 * @param A the arithmetic: a function that is no template would have its variable outside the entry
 * @param counter one less than how many are done: what results are filled with at first, and what a launch leaves
 */
template <class A>
LOGITOPS_DEVICE bool completes(uint32_t* counter, uint32_t all) {
  __shared__ int32_t last;
  if (threadIdx.x == 0) {
    __threadfence();
    last = atomicAdd(counter, 1) + 2 == all;
    if (last != 0) {
      __threadfence();
      atomicExch(counter, UINT32_MAX);
    }
  }
  __syncthreads();
  return last != 0;
}

}  // namespace logitops
