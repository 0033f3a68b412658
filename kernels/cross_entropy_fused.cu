// cross_entropy_fused: losses and gradient at once, row by row:
//   row_losses = sum_j T_j (lse - z_j),   z_losses = lambda lse^2,   lse = log sum_j exp(z_j)
//   dx_j = g (p_j (S + 2 lambda lse r) - T_j) slope_j
// and what else is asked for; loss_reduce adds the z-losses to the row losses. z, T, S and r as in include/logits.cuh,
// targets.cuh and row_losses.cuh, slope as in cross_entropy.cuh; g = scale * row_scale[row] *
// logit_scale / W.
//
// Shapes    x, dx: [rows, cols]; row o * inner + i starts at o * outer + i, neighbours lie axis apart. 64-bit but cols.
//           probabilities: like x; read where labels are null.
//           row_losses, lse, target_sums, labels: [rows]; row_scale: [rows], or null for 1 each; weights: [cols], or
//           null for 1 each. statistics: [2, rows], max and sum. z_losses, argmax and correct (both or none), entropy:
//           [rows], or null where not asked for.
//           divisors: W and N, known before (label_stats), or null for 1 each; W = 0 makes g NaN.
// Tiers     rows  a group of threads per row, x read once (beyond shared memory twice); inner = 1, axis = 1.
//           cols  one thread per row, x read twice; any inner and strides.
// Launch    rows: see include/tier_rows.cuh. cols: block 128. Any grid.
// Aliasing  dx may be x. Elements between and after rows are neither read nor written.
// Numerics  f32 arithmetic for every storage type but f64; g multiplies before the one rounding. p comes from the sum,
//           not from the rounded lse. Rows that are ignored or have a bad label: loss 0 or NaN, lse, entropy and
//           gradient 0, argmax -1, and their logits are not read. Rows whose lse is not finite: loss and gradient NaN
//           throughout.
#include "include/cross_entropy.cuh"

namespace logitops {

template <class Tier, class T, class A>
LOGITOPS_DEVICE void cross_entropy_fused(Tensor<T> dx, RowOutputs<A> to, Tensor<const T> x, Targets<T> targets,
                                         Logits<A> logits, GradientScale<A> gradient, Shape shape) {
  Tier tier(shape);
  tier.each_row(shape, [&](int64_t row) {
    const auto dx_row = tier.row(dx, row);
    const auto target = targets.keep(tier, row);
    if (!target.counted) {  // all threads of the row agree, so none waits for the others at a barrier
      if (tier.leads()) {
        to.write_uncounted(row, target.ignored);
      }
      write_zeros<A>(tier, dx_row);
      return;
    }
    const auto x_row = tier.keep(x, row);
    tier.await_kept(x_row, target.probabilities);
    const RowLoss loss(tier, x_row, logits, target, to);
    if (tier.leads()) {
      loss.write(to, row, static_cast<A>(gradient.z_loss));
    }
    const RowSums<A>& sums = loss.sums();
    write_gradient(tier, dx_row, x_row, logits, target, sums.statistic, target.peak + sums.spread, gradient, row);
    tier.release_kept(x_row, target.probabilities);
  });
}

}  // namespace logitops

#define ENTRY(tier, Tier, dtype, T)                                                                                   \
  LOGITOPS_TIER_ENTRY(Tier)                                                                                           \
  cross_entropy_fused_##tier##_##dtype(                                                                               \
      T* dx, logitops::Arithmetic<T>* row_losses, logitops::Arithmetic<T>* lse, logitops::Arithmetic<T>* target_sums, \
      logitops::Arithmetic<T>* statistics, logitops::Arithmetic<T>* z_losses, int32_t* argmax, int32_t* correct,      \
      logitops::Arithmetic<T>* entropy, const T* x, const void* labels, const T* probabilities,                       \
      const logitops::Arithmetic<T>* weights, const logitops::Arithmetic<T>* row_scale, const double* divisors,       \
      int64_t rows, int64_t inner, int32_t cols, int64_t dx_outer, int64_t dx_axis, int64_t x_outer, int64_t x_axis,  \
      int64_t q_outer, int64_t q_axis, LOGITOPS_LOSS_NUMBERS, double scale, int32_t kept) {                           \
    using A = logitops::Arithmetic<T>;                                                                                \
    logitops::cross_entropy_fused<Tier, T, A>(                                                                        \
        {dx, dx_outer, dx_axis},                                                                                      \
        {row_losses, lse, target_sums, {statistics, rows}, z_losses, argmax, correct, entropy}, {x, x_outer, x_axis}, \
        LOGITOPS_TARGETS(T), logitops::Logits<A>(logit_scale, soft_cap),                                              \
        {divisors, row_scale, scale, logit_scale, z_loss}, LOGITOPS_SHAPE);                                           \
  }

LOGITOPS_EACH_TIER_AND_DTYPE(ENTRY)
