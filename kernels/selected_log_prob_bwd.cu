// selected_log_prob_bwd: dx_j = g ([j = y] - p_j),  p_j = exp(x_j - max) / sum, row by row; y = the row's label,
// g = scale.value * scale.per_row[row].
//
// Shapes    x, dx: [rows, cols]; row o * inner + i starts at o * outer + i, neighbours lie axis apart. 64-bit but cols.
//           statistics: [2, rows], max and sum from selected_log_prob_fwd; labels: [rows], i64 or i32; scale.per_row: [rows], or null for 1 each.
// Tiers     rows  a group of threads per row, x read once; inner = 1, axis = 1.
//           cols  one thread per row, x read once; any inner and strides.
//           tile  as cols, x read once, in shared memory; launched as include/tier_tile.cuh says.
// Launch    rows: see include/tier_rows.cuh. cols: block 128. Any grid.
// Aliasing  dx may be x. Elements between and after rows are neither read nor written.
// Numerics  f32 arithmetic for every storage type but f64; 1 - p is formed in it, and g multiplies before the one
//           rounding. A row whose lse is not finite is NaN. Rows that are ignored or have a bad label are 0, and
//           their logits are not looked at.
#include "include/labels.cuh"
#include "include/log_prob.cuh"

namespace logitops {

template <class T>
struct SelectedLogProbBackward {
  Shape shape;
  Tensor<T> dx;
  Tensor<const T> x;
  ClassLabels labels;
  Statistics<const Arithmetic<T>> statistics;
  GradScale<Arithmetic<T>> scale;
};

template <class Tier, class T>
LOGITOPS_DEVICE void selected_log_prob_bwd(const SelectedLogProbBackward<T>& a) {
  using A = Arithmetic<T>;
  Tier tier(a.shape);
  tier.each_row(a.shape, [&](int64_t row) {
    const auto dx_row = tier.output(a.dx, row);
    const RowLabel label = a.labels.of(row, a.shape.cols);
    if (!label.counted) {
      write_zeros<A>(tier, dx_row);
      if (tier.skips_row()) {
        return;
      }
    }
    const RowSoftmax<A> softmax(a.statistics.read(row));
    write_gradient(tier, dx_row, tier.keep(a.x, row, A(-INFINITY)), RowFactor<A>(a.scale.of(row)),
                   [&](A v, uint32_t column) { return (column == label.label ? A(1) : A(0)) - softmax.p(v); });
  });
}

}  // namespace logitops

LOGITOPS_STREAM_ENTRIES(selected_log_prob_bwd, SelectedLogProbBackward, Occupied)
LOGITOPS_HELD_ENTRIES(selected_log_prob_bwd, SelectedLogProbBackward, Occupied)
LOGITOPS_CLUSTER_STREAM_ENTRIES(selected_log_prob_bwd, SelectedLogProbBackward, Occupied)
LOGITOPS_CLUSTER_HELD_ENTRIES(selected_log_prob_bwd, SelectedLogProbBackward, Occupied)
LOGITOPS_STREAM_TILE_ENTRIES(selected_log_prob_bwd, SelectedLogProbBackward, Occupied)
