// loss_reduce: what row losses come to, in one fixed order.
//   loss     = sum of row_losses / divisors[0] + sum of z_losses / divisors[1]
//   z_loss   = sum of z_losses / divisors[1]
//   stats[3] = sum of correct
// and then row_losses += z_losses: up to here the rows' losses were without them, as the two have a divisor each and
// would not come apart again without the rounding of both.
//
// Shapes    row_losses: [rows]; z_losses, correct: [rows], or null. loss: one number, or null (NONE); z_loss: one
//           number, or null; stats: [4]; divisors: [2] as label_stats leaves them, or null for 1 each (SUM).
// Launch    one block of 256; rows may be 0.
// Numerics  sums are compensated, in f64, as a sum may be beyond f32 whose mean is not; their order depends on rows
//           alone: the same bits from run to run. A NaN among the row losses makes the loss NaN. If no row counts
//           (divisors[1] = 0), loss and z_loss are `empty`; if their weights sum to 0, the loss is NaN.
#include "include/entries.cuh"

namespace logitops {

/** Calls use(row, load(row)) for those of the rows that are this thread's, and use with nothing for some past the end.
 */
template <class Load, class Use>
LOGITOPS_DEVICE void each(int64_t rows, Load load, Use use) {
  using V = decltype(load(int64_t(0)));
  constexpr int kUnroll = 8;  // values that a thread has under way at a time
  for (int64_t first = threadIdx.x; first < rows; first += kUnroll * kOneBlock) {
    V v[kUnroll];
#pragma unroll
    for (int k = 0; k < kUnroll; k++) {
      v[k] = first + k * kOneBlock < rows ? load(first + k * kOneBlock) : V{};
    }
#pragma unroll
    for (int k = 0; k < kUnroll; k++) {
      use(first + k * kOneBlock, v[k]);
    }
  }
}

template <class A>
struct Losses {
  A plain;
  A z;
};

/** The sums over all rows, for all threads; adds to each row's loss its z-loss. */
template <class A>
LOGITOPS_DEVICE Losses<double> sums(GroupReduce& block, A* row_losses, const A* z_losses, int64_t rows) {
  Compensated<double> plain;
  if (z_losses == nullptr) {
    each(rows, [&](int64_t row) { return row_losses[row]; }, [&](int64_t, A loss) { plain.add(loss); });
    return {block.sum(plain), 0};
  }
  Compensated<double> z;
  each(
      rows, [&](int64_t row) { return Losses<A>{row_losses[row], z_losses[row]}; },
      [&](int64_t row, Losses<A> loss) {
        plain.add(loss.plain);
        z.add(loss.z);
        if (row < rows) {
          row_losses[row] = loss.plain + loss.z;
        }
      });
  const double plain_sum = block.sum(plain);
  return {plain_sum, block.sum(z)};
}

template <class A>
struct LossReduce {
  A* loss;
  A* z_loss;
  int64_t* stats;
  A* row_losses;
  const A* z_losses;
  const int32_t* correct;
  const double* divisors;
  int64_t rows;
  double empty;
};

template <class A>
LOGITOPS_DEVICE void loss_reduce(const LossReduce<A>& a) {
  GroupReduce block;
  if (a.correct != nullptr) {
    long long count = 0;
    each(a.rows, [&](int64_t row) { return a.correct[row]; }, [&](int64_t, int32_t value) { count += value; });
    count = block.sum(count);
    if (threadIdx.x == 0) {
      a.stats[3] = count;
    }
  }
  if (a.loss == nullptr && a.z_losses == nullptr) {
    return;
  }
  const Losses<double> sum = sums(block, a.row_losses, a.z_losses, a.rows);
  if (a.loss != nullptr && threadIdx.x == 0) {
    const double counted = a.divisors == nullptr ? 1 : a.divisors[1];
    const double z = sum.z / counted;
    double reduced = sum.plain + z;
    if (a.divisors != nullptr) {
      reduced = a.divisors[0] == 0 ? NAN : sum.plain / a.divisors[0] + z;
    }
    // Where nothing counts, the sums are 0, or NaN for a bad label, which stays.
    *a.loss = static_cast<A>(counted == 0 ? sum.plain + a.empty : reduced);
    if (a.z_loss != nullptr) {
      *a.z_loss = static_cast<A>(counted == 0 ? a.empty : z);
    }
  }
}

}  // namespace logitops

LOGITOPS_ARITHMETIC_ENTRIES(loss_reduce, LossReduce, logitops::kOneBlock)
