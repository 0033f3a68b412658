// loss_reduce: what row losses come to, in one fixed order.
//   loss     = sum of row_losses / divisors[0]
//   z_loss   = sum of z_losses / divisors[1], which then replaces in the loss what the row losses hold of it
//   stats[3] = sum of correct
//
// Shapes    row_losses: [rows]; z_losses, correct: [rows], or null. loss: one number, or null (NONE); z_loss: one
//           number, or null; stats: [4]; divisors: [2] as label_stats leaves them, or null for 1 each (SUM).
// Launch    one block of 256; rows may be 0.
// Numerics  sums are compensated and their order depends on rows alone: the same bits from run to run. A NaN among the
//           row losses makes the loss NaN. If no row counts (divisors[1] = 0), loss and z_loss are `empty`; if their
//           weights sum to 0, the loss is NaN.
#include "include/entries.cuh"

namespace logitops {

constexpr int kThreads = 256;

/** Calls f with those of values[0, rows) that are this thread's. */
template <class V, class F>
LOGITOPS_DEVICE void each(const V* values, int64_t rows, F f) {
  constexpr int kUnroll = 8;  // values that a thread has under way at a time
  for (int64_t first = threadIdx.x; first < rows; first += kUnroll * kThreads) {
    V v[kUnroll];
#pragma unroll
    for (int k = 0; k < kUnroll; k++) {
      v[k] = first + k * kThreads < rows ? values[first + k * kThreads] : V(0);
    }
#pragma unroll
    for (int k = 0; k < kUnroll; k++) {
      f(v[k]);
    }
  }
}

/** The sum of values[0, rows), for all threads. */
template <class A>
LOGITOPS_DEVICE A total(BlockReduce<kThreads>& block, const A* values, int64_t rows) {
  Compensated<A> sum;
  each(values, rows, [&](A value) { sum.add(value); });
  return block.sum(sum);
}

template <class A>
LOGITOPS_DEVICE void loss_reduce(A* loss, A* z_loss, int64_t* stats, const A* row_losses, const A* z_losses,
                                 const int32_t* correct, const double* divisors, int64_t rows, double empty) {
  BlockReduce<kThreads> block;
  if (correct != nullptr) {
    long long count = 0;
    each(correct, rows, [&](int32_t value) { count += value; });
    count = block.sum(count);
    if (threadIdx.x == 0) {
      stats[3] = count;
    }
  }
  if (loss == nullptr) {
    return;
  }
  const double counted = divisors == nullptr ? 1 : divisors[1];
  const double losses = total(block, row_losses, rows);
  const double z = z_losses == nullptr ? 0 : total(block, z_losses, rows);
  if (threadIdx.x == 0) {
    double reduced = losses;
    if (divisors != nullptr) {
      // Losses without their z-losses have one divisor, z-losses another. Infinite ones do not come apart.
      reduced = divisors[0] == 0 ? NAN : (is_finite(z) ? losses - z : losses) / divisors[0] + z / counted;
    }
    // Where nothing counts, the sums are 0, or NaN for a bad label, which stays.
    *loss = static_cast<A>(counted == 0 ? losses + empty : reduced);
    if (z_loss != nullptr) {
      *z_loss = static_cast<A>(counted == 0 ? empty : z / counted);
    }
  }
}

}  // namespace logitops

#define ENTRY(dtype, A)                                                                                           \
  LOGITOPS_ENTRY(logitops::kThreads) loss_reduce_##dtype(A* loss, A* z_loss, int64_t* stats, const A* row_losses, \
                                                         const A* z_losses, const int32_t* correct,               \
                                                         const double* divisors, int64_t rows, double empty) {    \
    logitops::loss_reduce<A>(loss, z_loss, stats, row_losses, z_losses, correct, divisors, rows, empty);          \
  }

ENTRY(f32, float)
ENTRY(f64, double)
