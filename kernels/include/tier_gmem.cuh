// gmem: between its two passes a row waits where it was, in global memory. One block per row, any number of columns.
// The plainest tier: start reading here.
//
// Launch    block (256), grid min(rows, 2^31 - 1): blocks step through the rows. inner = 1 and unit axis strides only.
// Columns   thread t has columns t, t + 256, ...: neighbours read neighbours, and which thread adds up a column depends
//           on the column alone. So a row gives the same bits at any address, alone or in a batch.
// Hazards   A thread writes its own columns only, and only after all of its row's reductions. What else it reads of a
//           row (the label's logit) it must have in a register by the first of them, whose barrier then orders that
//           read before all writes: this is what makes in place right.
#pragma once

#include "block_reduce.cuh"
#include "tensor.cuh"

namespace logitops {

class TierGmem {
 public:
  static constexpr int kThreads = 256;
  /** Blocks that a multiprocessor should hold: 64 registers, 128 in f64. */
  template <class A>
  static constexpr int kBlocks = sizeof(A) == 8 ? 2 : 4;

  LOGITOPS_DEVICE explicit TierGmem(Shape shape) : cols_(shape.cols) {}

  /** Calls f(row) for every row of this block; all of its threads call with the same rows. */
  template <class F>
  LOGITOPS_DEVICE void each_row(Shape shape, F f) const {
    for (int64_t row = blockIdx.x; row < shape.rows; row += gridDim.x) {
      f(row);
    }
  }

  template <class T>
  LOGITOPS_DEVICE auto row(Tensor<T> tensor, int64_t row) const {
    return Row<T, true>{tensor.data + row * tensor.outer, 1};
  }

  /** Calls f(Columns) for each batch of this thread's columns. */
  template <class A, class F>
  LOGITOPS_DEVICE void each_batch(F f) const {
    for (uint32_t first = threadIdx.x; first < cols_; first += kBatch<A> * kThreads) {
      f(Columns<kThreads>{first, cols_});
    }
  }

  /** Whether this thread writes what there is one of per row. */
  LOGITOPS_DEVICE bool leads() const { return threadIdx.x == 0; }

  template <class A>
  LOGITOPS_DEVICE A max(A value) {
    return block_.max(value);
  }
  template <class A>
  LOGITOPS_DEVICE A sum(Compensated<A> value) {
    return block_.sum(value);
  }
  template <class A>
  LOGITOPS_DEVICE Best<A> best(Best<A> value) {
    return block_.best(value);
  }

 private:
  uint32_t cols_;
  BlockReduce<kThreads> block_;
};

}  // namespace logitops
