// log_sum_exp_bwd: dx_j = g exp(x_j - lse), row by row; g = scale * row_scale[row].
//
// Shapes    x, dx: [rows, cols]; row o * inner + i starts at o * outer + i, neighbours lie axis apart. 64-bit but cols.
//           lse: [rows], from log_sum_exp_fwd; row_scale: [rows], or null for 1 each.
// Tiers     rows  a group of threads per row, x read once; inner = 1, axis = 1.
//           cols  one thread per row, x read once; any inner and strides.
// Launch    rows: see include/tier_rows.cuh. cols: block 128. Any grid.
// Aliasing  dx may be x. Elements between and after rows are neither read nor written.
// Numerics  f32 arithmetic for every storage type but f64; g multiplies before the one rounding. An lse that is not
//           finite makes its row NaN.
#include "include/log_prob.cuh"

namespace logitops {

template <class Tier, class T, class A>
LOGITOPS_DEVICE void log_sum_exp_backward(Tensor<T> dx, Tensor<const T> x, const A* lse, const A* row_scale,
                                          Shape shape, double scale) {
  Tier tier(shape);
  tier.each_row(shape, [&](int64_t row) {
    const A factor = row_factor(scale, row_scale, row);
    write_from_lse(tier, tier.row(dx, row), tier.keep(x, row), lse[row],
                   [&](A log_p, uint32_t) { return factor * exponential(log_p); });
  });
}

}  // namespace logitops

#define ENTRY(tier, Tier, dtype, T)                                                                                  \
  LOGITOPS_TIER_ENTRY(Tier)                                                                                          \
  log_sum_exp_bwd_##tier##_##dtype(T* dx, const T* x, const logitops::Arithmetic<T>* lse,                            \
                                   const logitops::Arithmetic<T>* row_scale, int64_t rows, int64_t inner,            \
                                   int32_t cols, int64_t dx_outer, int64_t dx_axis, int64_t x_outer, int64_t x_axis, \
                                   double scale, int32_t kept) {                                                     \
    logitops::log_sum_exp_backward<Tier, T>({dx, dx_outer, dx_axis}, {x, x_outer, x_axis}, lse, row_scale,           \
                                            LOGITOPS_SHAPE, scale);                                                  \
  }

LOGITOPS_EACH_TIER_AND_DTYPE(ENTRY)
