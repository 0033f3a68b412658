// cross_entropy_combine: row losses and log-sum-exps of rows whose classes are split over shards, from the sums that
// cross_entropy_fwd left of each shard. With m_i and d_i the maximum and the sum of exponentials of shard i
//   m = max_i m_i,   lse = m + log sum_i d_i exp(m_i - m)
// and the other sums add up, those of T_j (z_j - m_i) once they count from m; then losses as in include/row_losses.cuh:
// batch_sums adds them up, and z-losses to row losses.
//
// Shapes    partials: [shards, 5, rows]; row_losses, lse, target_sums, labels: [rows]; labels null where targets are
//           probabilities. statistics: [2, rows], max and sum. z_losses: [rows], or null. weights: [classes], or null
//           for 1 each.
// Launch    block 128, one thread per row, any grid.
// Numerics  f32 arithmetic, f64 for f64; shards in their order: the same bits from run to run and on every device.
#include "include/cross_entropy.cuh"

namespace logitops {

template <class A>
LOGITOPS_DEVICE RowSums<A> combined(Partials<const A> partials, int64_t shards, int64_t row, A unit) {
  RowStatistic<A> all{-INFINITY, 0};
  for (int64_t i = 0; i < shards; i++) {
    all.max = larger(all.max, partials.read(i, 0, row));
  }
  Compensated<A> sum, label_logit, spread, spread_logits;
  for (int64_t i = 0; i < shards; i++) {
    const RowStatistic<A> part{partials.read(i, 0, row), partials.read(i, 1, row)};
    const A down = part.shift() - all.shift();
    sum.add(weighted(part.sum, exponential(down, exponent_unit(unit))));
    label_logit.add(partials.read(i, 2, row));
    spread.add(partials.read(i, 3, row));
    spread_logits.add(partials.read(i, 4, row));
    spread_logits.add(weighted(partials.read(i, 3, row), down * unit));
  }
  all.sum = sum.value();
  return {all, label_logit.value(), spread.value(), spread_logits.value()};
}

template <class A>
struct CrossEntropyCombine {
  Partials<const A> partials;
  int64_t shards;
  Labels<A> labels;
  double logit_scale;
  double soft_cap;  // 0: none
  double z_loss;
  RowOutputs<A> to;
};

template <class A>
LOGITOPS_DEVICE void cross_entropy_combine(const CrossEntropyCombine<A>& a) {
  const Logits<A> logits(a.logit_scale, a.soft_cap);
  const int64_t rows = a.partials.rows;
  const int64_t step = static_cast<int64_t>(gridDim.x) * blockDim.x;
  for (int64_t row = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; row < rows; row += step) {
    const RowSums<A> sums = combined(a.partials, a.shards, row, logits.unit());
    a.to.write_losses(row, a.labels.of(row), sums, logits.unit(), static_cast<A>(a.z_loss));
  }
}

}  // namespace logitops

LOGITOPS_ARITHMETIC_ENTRIES(cross_entropy_combine, CrossEntropyCombine, logitops::kSmallBlock)
