// softmax_fwd: y_j = exp(x_j - lse), lse = log sum_j exp(x_j), row by row.
//
// Shapes    x, y: [rows, cols]; row o * inner + i starts at o * outer + i, neighbours lie axis apart. 64-bit but cols.
// Tiers     rows  a group of threads per row, x read once (beyond shared memory twice); inner = 1, axis = 1.
//           cols  one thread per row, x read twice; any inner and strides.
// Launch    rows: see include/tier_rows.cuh. cols: block 128. Any grid.
// Aliasing  y may be x. Elements between and after rows are neither read nor written.
// Numerics  f32 arithmetic for every storage type but f64; one rounding on the way out. -inf gives 0; a row that holds
//           NaN or +inf, or nothing but -inf, is NaN throughout.
#include "include/softmax.cuh"

namespace logitops {

struct Softmax {
  template <class A>
  LOGITOPS_DEVICE static A of(const RowSoftmax<A>& row, A x) {
    return row.p(x);
  }
};

}  // namespace logitops

#define ENTRY(tier, Tier, dtype, T)                                                                                    \
  LOGITOPS_TIER_ENTRY(Tier)                                                                                            \
  softmax_fwd_##tier##_##dtype(T* y, const T* x, int64_t rows, int64_t inner, int32_t cols, int64_t y_outer,           \
                               int64_t y_axis, int64_t x_outer, int64_t x_axis, int32_t kept) {                        \
    logitops::softmax_forward<Tier, logitops::Softmax, T>({y, y_outer, y_axis}, {x, x_outer, x_axis}, LOGITOPS_SHAPE); \
  }

LOGITOPS_EACH_TIER_AND_DTYPE(ENTRY)
