// log_softmax_bwd: dx_j = g (dy_j - exp(y_j) sum_k dy_k), row by row; y = log-probabilities, g = scale *
// row_scale[row].
//
// Shapes    y, dy, dx: [rows, cols]; row o * inner + i starts at o * outer + i, neighbours lie axis apart. 64-bit but
//           cols.
//           scale.per_row: [rows], or null for 1 each.
// Tiers     rows  a group of threads per row, y read once, dy too (beyond shared memory twice); inner = 1, axis = 1.
//           cols  one thread per row, dy read twice, y once; any inner and strides.
//           held  as rows, in registers: include/tier_held.cuh.
//           tile  as cols, y and dy read once, in shared memory; launched as include/tier_tile.cuh says.
// Launch    rows, held: see their files. cols: block 128, any grid.
// Aliasing  dx may be dy. Elements between and after rows are neither read nor written.
// Numerics  f32 arithmetic for every storage type but f64; g multiplies before the one rounding. A NaN in dy makes its
//           row NaN, a NaN in y its element.
#include "include/softmax.cuh"

namespace logitops {

template <class A>
struct LogSoftmaxGradient {
  /** Read for the gradient alone. */
  template <class Tier, class Y>
  LOGITOPS_DEVICE static auto y_row(const Tier& tier, Y y, int64_t row) {
    return tier.template keep_for_later<1>(y, row, A(0));
  }

  LOGITOPS_DEVICE static A term(A, A dy) { return dy; }
  LOGITOPS_DEVICE static A of(A y, A dy, A sum) { return fused(-exponential(y), sum, dy); }
};

template <class Tier, class T>
LOGITOPS_DEVICE void log_softmax_bwd(const SoftmaxBackward<T>& a) {
  softmax_backward<Tier, LogSoftmaxGradient>(a);
}

}  // namespace logitops

LOGITOPS_ENTRIES(log_softmax_bwd, SoftmaxBackward, Occupied)
LOGITOPS_HELD_ENTRIES(log_softmax_bwd, SoftmaxBackward, Paired)
LOGITOPS_CLUSTER_HELD_ENTRIES(log_softmax_bwd, SoftmaxBackward, Paired)
LOGITOPS_TILE_ENTRIES(log_softmax_bwd, SoftmaxBackward, Occupied)
