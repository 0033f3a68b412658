// cross_entropy_bwd: dx_j = g (p_j (S + 2 lambda lse r) - T_j) slope_j from the forward's statistics and S, row by row;
// z, p, T, slope and r as in include/logits.cuh, row_statistic.cuh, targets.cuh and cross_entropy.cuh,
// g = scale * row_scale[row] * logit_scale / W.
//
// Shapes    x, dx: [rows, cols]; row o * inner + i starts at o * outer + i, neighbours lie axis apart. 64-bit but cols.
//           probabilities: like x; read where labels are null.
//           statistics: [2, rows], max and sum; target_sums, labels: [rows]; row_scale: [rows], or null for 1 each;
//           weights: [cols], or null for 1 each. divisors: W and N, or null for 1 each; W = 0 makes g NaN.
// Tiers     rows  a group of threads per row, x read once; inner = 1, axis = 1.
//           cols  one thread per row, x read once; any inner and strides.
// Launch    rows: see include/tier_rows.cuh. cols: block 128. Any grid.
// Aliasing  dx may be x. Elements between and after rows are neither read nor written.
// Numerics  f32 arithmetic for every storage type but f64; g multiplies before the one rounding. Rows that are ignored
//           or have a bad label: 0, and their logits are not read. Rows whose lse is not finite: NaN throughout.
#include "include/cross_entropy.cuh"

namespace logitops {

template <class Tier, class T, class A>
LOGITOPS_DEVICE void cross_entropy_backward(Tensor<T> dx, Tensor<const T> x, Statistics<const A> statistics,
                                            const A* target_sums, Targets<T> targets, Logits<A> logits,
                                            GradientScale<A> gradient, Shape shape) {
  Tier tier(shape);
  tier.each_row(shape, [&](int64_t row) {
    const auto dx_row = tier.row(dx, row);
    const auto target = targets.of(tier, row);
    if (!target.counted) {
      write_zeros<A>(tier, dx_row);
      return;
    }
    const auto x_row = tier.keep(x, row);
    const A target_sum = target.spreads() ? target_sums[row] : target.peak;
    tier.await_kept(x_row);
    write_gradient(tier, dx_row, x_row, logits, target, statistics.read(row), target_sum, gradient, row);
    tier.release_kept(x_row);
  });
}

}  // namespace logitops

#define ENTRY(tier, Tier, dtype, T)                                                                                  \
  LOGITOPS_TIER_ENTRY(Tier)                                                                                          \
  cross_entropy_bwd_##tier##_##dtype(                                                                                \
      T* dx, const T* x, const logitops::Arithmetic<T>* statistics, const logitops::Arithmetic<T>* target_sums,      \
      const void* labels, const T* probabilities, const logitops::Arithmetic<T>* weights,                            \
      const logitops::Arithmetic<T>* row_scale, const double* divisors, int64_t rows, int64_t inner, int32_t cols,   \
      int64_t dx_outer, int64_t dx_axis, int64_t x_outer, int64_t x_axis, int64_t q_outer, int64_t q_axis,           \
      LOGITOPS_LOSS_NUMBERS, double scale, int32_t kept) {                                                           \
    using A = logitops::Arithmetic<T>;                                                                               \
    logitops::cross_entropy_backward<Tier, T, A>({dx, dx_outer, dx_axis}, {x, x_outer, x_axis}, {statistics, rows},  \
                                                 target_sums, LOGITOPS_TARGETS(T),                                   \
                                                 logitops::Logits<A>(logit_scale, soft_cap),                         \
                                                 {divisors, row_scale, scale, logit_scale, z_loss}, LOGITOPS_SHAPE); \
  }

LOGITOPS_EACH_TIER_AND_DTYPE(ENTRY)
