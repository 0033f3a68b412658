// loss_reduce: loss = sum of row_losses / divisor; NaN where the divisor is 0.
//
// Shapes    row_losses: [rows]; loss: one number; divisor: one number, or null for 1 (SUM).
// Launch    one block of 256; rows may be 0.
// Numerics  the sum is compensated and its order depends on rows alone: the same bits from run to run. A NaN among the
// row
//           losses makes the loss NaN.
#include "include/entries.cuh"

namespace logitops {

constexpr int kThreads = 256;

template <class A>
LOGITOPS_DEVICE void loss_reduce(A* loss, const A* row_losses, const double* divisor, int64_t rows) {
  constexpr int kUnroll = 8;  // row losses that a thread has under way at a time
  Compensated<A> sum;
  for (int64_t first = threadIdx.x; first < rows; first += kUnroll * kThreads) {
    A v[kUnroll];
#pragma unroll
    for (int k = 0; k < kUnroll; k++) {
      v[k] = first + k * kThreads < rows ? row_losses[first + k * kThreads] : A(0);
    }
#pragma unroll
    for (int k = 0; k < kUnroll; k++) {
      sum.add(v[k]);
    }
  }
  const A total = BlockReduce<kThreads>().sum(sum);
  if (threadIdx.x == 0) {
    if (divisor == nullptr) {
      *loss = total;
    } else {
      *loss = *divisor == 0 ? A(NAN) : static_cast<A>(total / *divisor);
    }
  }
}

}  // namespace logitops

#define ENTRY(dtype, A)                                                                    \
  LOGITOPS_ENTRY(logitops::kThreads)                                                       \
  loss_reduce_##dtype(A* loss, const A* row_losses, const double* divisor, int64_t rows) { \
    logitops::loss_reduce<A>(loss, row_losses, divisor, rows);                             \
  }

ENTRY(f32, float)
ENTRY(f64, double)
