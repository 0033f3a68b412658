// entropy_bwd: dx_j = - g p_j (log p_j + entropy),  p_j = exp(x_j - max) / sum, row by row; g = scale.value * scale.per_row[row].
//
// Shapes    x, dx: [rows, cols]; row o * inner + i starts at o * outer + i, neighbours lie axis apart. 64-bit but cols.
//           entropy: [rows], statistics: [2, rows], max and sum, from entropy_fwd; scale.per_row: [rows], or null for 1
//           each.
// Tiers     rows  a group of threads per row, x read once; inner = 1, axis = 1.
//           cols  one thread per row, x read once; any inner and strides.
//           tile  as cols, x read once, in shared memory; launched as include/tier_tile.cuh says.
// Launch    rows: see include/tier_rows.cuh. cols: block 128. Any grid.
// Aliasing  dx may be x. Elements between and after rows are neither read nor written.
// Numerics  f32 arithmetic for every storage type but f64; g multiplies before the one rounding. Where p_j is 0 the
//           gradient is 0. A row whose lse is not finite is NaN.
#include "include/log_prob.cuh"

namespace logitops {

template <class T>
struct EntropyBackward {
  Shape shape;
  Tensor<T> dx;
  Tensor<const T> x;
  const Arithmetic<T>* entropy;
  Statistics<const Arithmetic<T>> statistics;
  GradScale<Arithmetic<T>> scale;
};

template <class Tier, class T>
LOGITOPS_DEVICE void entropy_bwd(const EntropyBackward<T>& a) {
  using A = Arithmetic<T>;
  Tier tier(a.shape);
  tier.each_row(a.shape, [&](int64_t row) {
    const RowSoftmax<A> softmax(a.statistics.read(row));
    const A of_row = a.entropy[row];
    write_gradient(tier, tier.output(a.dx, row), tier.keep(a.x, row, A(-INFINITY)), RowFactor<A>(a.scale.of(row)),
                   [&](A v, uint32_t) {
                     const A p = softmax.p(v);
                     return p == 0 ? A(0) : -p * softmax.log_p_plus(v, of_row);
                   });
  });
}

}  // namespace logitops

LOGITOPS_STREAM_ENTRIES(entropy_bwd, EntropyBackward, Occupied)
LOGITOPS_HELD_ENTRIES(entropy_bwd, EntropyBackward, Occupied)
LOGITOPS_CLUSTER_STREAM_ENTRIES(entropy_bwd, EntropyBackward, Occupied)
LOGITOPS_CLUSTER_HELD_ENTRIES(entropy_bwd, EntropyBackward, Occupied)
LOGITOPS_STREAM_TILE_ENTRIES(entropy_bwd, EntropyBackward, Occupied)
