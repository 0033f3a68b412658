// cols: rows are columns of memory, as the classes of an image's pixels are. One thread per row, and the row waits
// between its passes where it was.
//
// Launch    block (128), any grid: threads step through the rows. Any inner, any strides.
// Columns   a thread has all of them; neighbouring threads have neighbouring rows, so if inner is not small a warp's
//           loads of one column are one piece of memory.
// Hazards   none: nobody else reads or writes a thread's row.
#pragma once

#include "best.cuh"
#include "tensor.cuh"

namespace logitops {

class TierCols {
 public:
  static constexpr int kThreads = 128;
  /** Blocks that a multiprocessor should hold: about 100 registers, 128 in f64. */
  template <class A>
  static constexpr int kBlocks = sizeof(A) == 8 ? 4 : 5;

  LOGITOPS_DEVICE explicit TierCols(Shape shape) : inner_(shape.inner), cols_(shape.cols) {}

  /** Calls f(row) for every row of this thread. */
  template <class F>
  LOGITOPS_DEVICE void each_row(Shape shape, F f) {
    const int64_t step = static_cast<int64_t>(gridDim.x) * kThreads;
    for (int64_t row = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x; row < shape.rows; row += step) {
      o_ = quotient(row, inner_);
      i_ = row - o_ * inner_;
      f(row);
    }
  }

  template <class T>
  LOGITOPS_DEVICE auto row(Tensor<T> tensor, int64_t) const {
    return Row<T, false>{tensor.data + o_ * tensor.outer + i_, tensor.axis};
  }

  template <class A, class F>
  LOGITOPS_DEVICE void each_batch(F f) const {
    for (uint32_t first = 0; first < cols_; first += kBatch<A>) {
      f(Columns<1>{first, cols_});
    }
  }

  LOGITOPS_DEVICE bool leads() const { return true; }

  template <class A>
  LOGITOPS_DEVICE A max(A value) {
    return value;
  }
  template <class A>
  LOGITOPS_DEVICE A sum(Compensated<A> value) {
    return value.value();
  }
  template <class A>
  LOGITOPS_DEVICE Best<A> best(Best<A> value) {
    return value;
  }

 private:
  int64_t inner_;
  uint32_t cols_;
  int64_t o_ = 0;
  int64_t i_ = 0;
};

}  // namespace logitops
