// softmax_bwd: dx_j = g y_j (dy_j - sum_k y_k dy_k), row by row; g = scale.value * scale.per_row[row].
//
// Shapes    y, dy, dx: [rows, cols]; row o * inner + i starts at o * outer + i, neighbours lie axis apart. 64-bit but
//           cols.
//           scale.per_row: [rows], or null for 1 each.
// Tiers     rows  a group of threads per row, y and dy read once (beyond shared memory twice); inner = 1, axis = 1.
//           cols  one thread per row, y and dy read twice; any inner and strides.
//           held  as rows, in registers: include/tier_held.cuh.
//           tile  as cols, y and dy read once, in shared memory; launched as include/tier_tile.cuh says.
// Launch    rows, held: see their files. cols: block 128, any grid.
// Aliasing  dx may be dy. Elements between and after rows are neither read nor written.
// Numerics  f32 arithmetic for every storage type but f64; g multiplies before the one rounding. A NaN anywhere in a
//           row makes that row NaN.
#include "include/softmax.cuh"

namespace logitops {

template <class A>
struct SoftmaxGradient {
  /** Read for the sum and again for the gradient. */
  template <class Tier, class Y>
  LOGITOPS_DEVICE static auto y_row(const Tier& tier, Y y, int64_t row) {
    return tier.template keep<1>(y, row, A(0));
  }

  LOGITOPS_DEVICE static A term(A y, A dy) { return y * dy; }
  LOGITOPS_DEVICE static A of(A y, A dy, A sum) { return y * (dy - sum); }
};

template <class Tier, class T>
LOGITOPS_DEVICE void softmax_bwd(const SoftmaxBackward<T>& a) {
  softmax_backward<Tier, SoftmaxGradient>(a);
}

}  // namespace logitops

LOGITOPS_ENTRIES(softmax_bwd, SoftmaxBackward, Occupied)
LOGITOPS_HELD_ENTRIES(softmax_bwd, SoftmaxBackward, Paired)
LOGITOPS_CLUSTER_HELD_ENTRIES(softmax_bwd, SoftmaxBackward, Paired)
LOGITOPS_TILE_ENTRIES(softmax_bwd, SoftmaxBackward, Occupied)
