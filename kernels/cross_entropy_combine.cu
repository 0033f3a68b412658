// cross_entropy_combine: row losses and log-sum-exps of rows whose classes are split over shards, from the sums that
// cross_entropy_fwd left of each shard. With m_i and d_i the maximum and the sum of exponentials of shard i
//   m = max_i m_i,   lse = m + log sum_i d_i exp(m_i - m)
// and the other sums add up, those of T_j (z_j - m_i) once they count from m; then losses as in include/row_losses.cuh:
// loss_reduce adds the z-losses to the row losses.
//
// Shapes    partials: [shards, 5, rows]; row_losses, lse, target_sums, labels: [rows]; labels null where targets are
//           probabilities. statistics: [2, rows], max and sum. z_losses: [rows], or null. weights: [classes], or null
//           for 1 each.
// Launch    block 128, one thread per row, any grid.
// Numerics  f32 arithmetic, f64 for f64; shards in their order: the same bits from run to run and on every device.
#include "include/cross_entropy.cuh"

namespace logitops {

constexpr int kThreads = 128;

template <class A>
LOGITOPS_DEVICE RowSums<A> combined(Partials<const A> partials, int32_t shards, int64_t row, A unit) {
  RowStatistic<A> all{-INFINITY, 0};
  for (int32_t i = 0; i < shards; i++) {
    all.max = larger(all.max, partials.read(i, 0, row));
  }
  Compensated<A> sum, label_logit, spread, spread_logits;
  for (int32_t i = 0; i < shards; i++) {
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
LOGITOPS_DEVICE void cross_entropy_combine(RowOutputs<A> to, Partials<const A> partials, Labels<A> labels,
                                           Logits<A> logits, int32_t shards, A z_loss) {
  const int64_t step = static_cast<int64_t>(gridDim.x) * kThreads;
  for (int64_t row = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x; row < partials.rows; row += step) {
    const RowSums<A> sums = combined(partials, shards, row, logits.unit());
    to.write_losses(row, labels.of(row), sums, logits.unit(), z_loss);
  }
}

}  // namespace logitops

#define ENTRY(dtype, A)                                                                                            \
  LOGITOPS_ENTRY(logitops::kThreads) cross_entropy_combine_##dtype(                                                \
      A* row_losses, A* lse, A* target_sums, A* statistics, A* z_losses, const A* partials, const void* labels,    \
      const A* weights, int64_t rows, int32_t shards, LOGITOPS_LOSS_NUMBERS) {                                     \
    logitops::cross_entropy_combine<A>(                                                                            \
        {row_losses, lse, target_sums, {statistics, rows}, z_losses, nullptr, nullptr, nullptr}, {partials, rows}, \
        LOGITOPS_LABELS(A), logitops::Logits<A>(logit_scale, soft_cap), shards, static_cast<A>(z_loss));           \
  }

ENTRY(f32, float)
ENTRY(f64, double)
