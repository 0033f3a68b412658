// entropy_bwd: dx_j = - g p_j (log p_j + entropy), log p_j = x_j - lse, row by row; g = scale * row_scale[row].
//
// Shapes    x, dx: [rows, cols]; row o * inner + i starts at o * outer + i, neighbours lie axis apart. 64-bit but cols.
//           entropy, lse: [rows], from entropy_fwd; row_scale: [rows], or null for 1 each.
// Tiers     rows  a group of threads per row, x read once; inner = 1, axis = 1.
//           cols  one thread per row, x read once; any inner and strides.
// Launch    rows: see include/tier_rows.cuh. cols: block 128. Any grid.
// Aliasing  dx may be x. Elements between and after rows are neither read nor written.
// Numerics  f32 arithmetic for every storage type but f64; g multiplies before the one rounding. Where p_j is 0 the
//           gradient is 0. An lse that is not finite makes its row NaN.
#include "include/log_prob.cuh"

namespace logitops {

template <class Tier, class T, class A>
LOGITOPS_DEVICE void entropy_backward(Tensor<T> dx, Tensor<const T> x, const A* entropy, const A* lse,
                                      const A* row_scale, Shape shape, double scale) {
  Tier tier(shape);
  tier.each_row(shape, [&](int64_t row) {
    const A factor = row_factor(scale, row_scale, row);
    const A of_row = entropy[row];
    write_from_lse(tier, tier.row(dx, row), tier.keep(x, row), lse[row], [&](A log_p, uint32_t) {
      const A p = exponential(log_p);
      return p == 0 ? A(0) : -p * (log_p + of_row) * factor;
    });
  });
}

}  // namespace logitops

#define ENTRY(tier, Tier, dtype, T)                                                                             \
  LOGITOPS_TIER_ENTRY(Tier)                                                                                     \
  entropy_bwd_##tier##_##dtype(T* dx, const T* x, const logitops::Arithmetic<T>* entropy,                       \
                               const logitops::Arithmetic<T>* lse, const logitops::Arithmetic<T>* row_scale,    \
                               int64_t rows, int64_t inner, int32_t cols, int64_t dx_outer, int64_t dx_axis,    \
                               int64_t x_outer, int64_t x_axis, double scale, int32_t kept) {                   \
    logitops::entropy_backward<Tier, T>({dx, dx_outer, dx_axis}, {x, x_outer, x_axis}, entropy, lse, row_scale, \
                                        LOGITOPS_SHAPE, scale);                                                 \
  }

LOGITOPS_EACH_TIER_AND_DTYPE(ENTRY)
