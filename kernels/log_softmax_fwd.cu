// log_softmax_fwd: y_j = x_j - lse, lse = log sum_j exp(x_j), row by row.
//
// Shapes    x, y: [rows, cols]; row o * inner + i starts at o * outer + i, neighbours lie axis apart. 64-bit but cols.
// Tiers     rows  a group of threads per row, x read once (beyond shared memory twice); inner = 1, axis = 1.
//           cols  one thread per row, x read twice; any inner and strides.
//           held  as rows, in registers: include/tier_held.cuh.
//           tile  as cols, x read once, in shared memory; launched as include/tier_tile.cuh says.
// Launch    rows, held: see their files. cols: block 128, any grid.
// Aliasing  y may be x. Elements between and after rows are neither read nor written.
// Numerics  f32 arithmetic for every storage type but f64; one rounding on the way out. (x - max) - log sum, never
//           x - (max + log sum): large logits would round their differences away. -inf gives -inf; a row that holds NaN
//           or +inf, or nothing but -inf, is NaN throughout.
#include "include/softmax.cuh"

namespace logitops {

struct LogSoftmax {
  template <class A>
  LOGITOPS_DEVICE static A of(const RowSoftmax<A>& row, A x) {
    return row.log_p(x);
  }
};

template <class Tier, class T>
LOGITOPS_DEVICE void log_softmax_fwd(const SoftmaxForward<T>& a) {
  softmax_forward<Tier, LogSoftmax>(a);
}

}  // namespace logitops

LOGITOPS_ENTRIES(log_softmax_fwd, SoftmaxForward, Occupied)
LOGITOPS_HELD_ENTRIES(log_softmax_fwd, SoftmaxForward, Occupied)
LOGITOPS_CLUSTER_HELD_ENTRIES(log_softmax_fwd, SoftmaxForward, Occupied)
LOGITOPS_HELD_COLS_ENTRIES(log_softmax_fwd, SoftmaxForward, Occupied)
LOGITOPS_TILE_ENTRIES(log_softmax_fwd, SoftmaxForward, Occupied)
