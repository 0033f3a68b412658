// log_sum_exp_fwd: lse = log sum_j exp(x_j), row by row.
//
// Shapes    x: [rows, cols]; row o * inner + i starts at o * outer + i, neighbours lie axis apart. 64-bit but cols.
//           lse: [rows]; statistics: [2, rows], max and sum for log_sum_exp_bwd, or null.
// Tiers     rows  a group of threads per row, x read once; inner = 1, axis = 1.
//           cols  one thread per row, x read once; any inner and strides.
// Launch    rows: see include/tier_rows.cuh. cols: block 128. Any grid.
// Aliasing  none. Elements between and after rows are not read.
// Numerics  f32 arithmetic for every storage type but f64, and lse is of that type. Nothing but -inf gives -inf, a +inf
//           gives +inf, a NaN gives NaN.
#include "include/log_prob.cuh"

namespace logitops {

template <class Tier, class T>
LOGITOPS_DEVICE void log_sum_exp_forward(Arithmetic<T>* lse, Statistics<Arithmetic<T>> statistics, Tensor<const T> x,
                                         Shape shape) {
  using A = Arithmetic<T>;
  Tier tier(shape);
  tier.each_row(shape, [&](int64_t row) {
    const RowStatistic<A> statistic = exp_sum_of<A>(tier, tier.keep(x, row)).statistic();
    if (tier.leads()) {
      lse[row] = statistic.lse();
      statistics.write(row, statistic);
    }
  });
}

}  // namespace logitops

#define ENTRY(tier, Tier, dtype, T)                                                                               \
  LOGITOPS_TIER_ENTRY(Tier)                                                                                       \
  log_sum_exp_fwd_##tier##_##dtype(logitops::Arithmetic<T>* lse, logitops::Arithmetic<T>* statistics, const T* x, \
                                   int64_t rows, int64_t inner, int32_t cols, int64_t x_outer, int64_t x_axis,    \
                                   int32_t kept) {                                                                \
    logitops::log_sum_exp_forward<Tier, T>(lse, {statistics, rows}, {x, x_outer, x_axis}, LOGITOPS_SHAPE);        \
  }

LOGITOPS_EACH_TIER_AND_DTYPE(ENTRY)
