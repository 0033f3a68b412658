// entropy_fwd: entropy = - sum_j p_j log p_j = lse - sum_j p_j x_j,  p_j = exp(x_j - lse),  lse = log sum_j exp(x_j),
// row by row.
//
// Shapes    x: [rows, cols]; row o * inner + i starts at o * outer + i, neighbours lie axis apart. 64-bit but cols.
//           entropy: [rows]; lse: [rows], or null; statistics: [2, rows], max and sum for entropy_bwd, or null.
// Tiers     rows  a group of threads per row, x read once; inner = 1, axis = 1.
//           cols  one thread per row, x read once; any inner and strides.
// Launch    rows: see include/tier_rows.cuh. cols: block 128. Any grid.
// Aliasing  none. Elements between and after rows are not read.
// Numerics  f32 arithmetic for every storage type but f64, and entropy and lse are of that type. Exponents are taken
//           from the maximum before they are weighted, so large logits cancel nothing. -inf has probability 0 and adds
//           nothing; a row that holds NaN or +inf, or nothing but -inf, has entropy NaN.
#include "include/log_prob.cuh"

namespace logitops {

template <class Tier, class T, class A>
LOGITOPS_DEVICE void entropy_forward(A* entropy, A* lse, Statistics<A> statistics, Tensor<const T> x, Shape shape) {
  Tier tier(shape);
  tier.each_row(shape, [&](int64_t row) {
    const auto x_row = tier.keep(x, row);
    const ExpSum<A> exp_sum = exp_sum_of<A>(tier, x_row, ExpSum<A>(1, true));  // with moments
    if (tier.leads()) {
      entropy[row] = exp_sum.entropy();
      if (lse != nullptr) {
        lse[row] = exp_sum.statistic().lse();
      }
      statistics.write(row, exp_sum.statistic());
    }
  });
}

}  // namespace logitops

#define ENTRY(tier, Tier, dtype, T)                                                                             \
  LOGITOPS_TIER_ENTRY(Tier)                                                                                     \
  entropy_fwd_##tier##_##dtype(logitops::Arithmetic<T>* entropy, logitops::Arithmetic<T>* lse,                  \
                               logitops::Arithmetic<T>* statistics, const T* x, int64_t rows, int64_t inner,    \
                               int32_t cols, int64_t x_outer, int64_t x_axis, int32_t kept) {                   \
    logitops::entropy_forward<Tier, T>(entropy, lse, {statistics, rows}, {x, x_outer, x_axis}, LOGITOPS_SHAPE); \
  }

LOGITOPS_EACH_TIER_AND_DTYPE(ENTRY)
