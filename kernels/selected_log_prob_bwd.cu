// selected_log_prob_bwd: dx_j = g ([j = y] - p_j),  p_j = exp(x_j - max) / sum, row by row; y = the row's label,
// g = scale * row_scale[row].
//
// Shapes    x, dx: [rows, cols]; row o * inner + i starts at o * outer + i, neighbours lie axis apart. 64-bit but cols.
//           statistics: [2, rows], max and sum from selected_log_prob_fwd; labels: [rows], i64 or i32 as
//           labels_are_i64 says; row_scale: [rows], or null for 1 each.
// Tiers     rows  a group of threads per row, x read once; inner = 1, axis = 1.
//           cols  one thread per row, x read once; any inner and strides.
// Launch    rows: see include/tier_rows.cuh. cols: block 128. Any grid.
// Aliasing  dx may be x. Elements between and after rows are neither read nor written.
// Numerics  f32 arithmetic for every storage type but f64; 1 - p is formed in it, and g multiplies before the one
//           rounding. A row whose lse is not finite is NaN. Rows that are ignored or have a bad label are 0, and
//           their logits are not read.
#include "include/labels.cuh"
#include "include/log_prob.cuh"

namespace logitops {

template <class Tier, class T, class A>
LOGITOPS_DEVICE void selected_log_prob_backward(Tensor<T> dx, Tensor<const T> x, Statistics<const A> statistics,
                                                ClassLabels labels, const A* row_scale, Shape shape, double scale) {
  Tier tier(shape);
  tier.each_row(shape, [&](int64_t row) {
    const RowLabel label = labels.of(row, shape.cols);
    if (!label.counted) {
      write_zeros<A>(tier, tier.row(dx, row));
      return;
    }
    const RowSoftmax<A> softmax(statistics.read(row));
    write_gradient(tier, tier.row(dx, row), tier.keep(x, row), row_factor(scale, 1, row_scale, row),
                   [&](A v, uint32_t column) { return (column == label.label ? A(1) : A(0)) - softmax.p(v); });
  });
}

}  // namespace logitops

#define ENTRY(tier, Tier, dtype, T)                                                                                  \
  LOGITOPS_TIER_ENTRY(Tier)                                                                                          \
  selected_log_prob_bwd_##tier##_##dtype(T* dx, const T* x, const logitops::Arithmetic<T>* statistics,               \
                                         const void* labels, const logitops::Arithmetic<T>* row_scale, int64_t rows, \
                                         int64_t inner, int32_t cols, int64_t dx_outer, int64_t dx_axis,             \
                                         int64_t x_outer, int64_t x_axis, int32_t labels_are_i64,                    \
                                         int64_t ignore_index, int32_t has_ignore, double scale, int32_t kept) {     \
    logitops::selected_log_prob_backward<Tier, T, logitops::Arithmetic<T>>(                                          \
        {dx, dx_outer, dx_axis}, {x, x_outer, x_axis}, {statistics, rows},                                           \
        {labels, labels_are_i64 != 0, ignore_index, has_ignore != 0}, row_scale, LOGITOPS_SHAPE, scale);             \
  }

LOGITOPS_EACH_TIER_AND_DTYPE(ENTRY)
