// entropy_fwd: entropy = - sum_j p_j log p_j = lse - sum_j p_j x_j,  p_j = exp(x_j - lse),  lse = log sum_j exp(x_j),
// row by row.
//
// Shapes    x: [rows, cols]; row o * inner + i starts at o * outer + i, neighbours lie axis apart. 64-bit but cols.
//           entropy: [rows]; lse: [rows], or null; statistics: [2, rows], max and sum for entropy_bwd, or null.
// Tiers     rows  a group of threads per row, x read once; inner = 1, axis = 1.
//           cols  one thread per row, x read once; any inner and strides.
//           tile  as cols, x read once, in shared memory; launched as include/tier_tile.cuh says.
// Launch    rows: see include/tier_rows.cuh. cols: block 128. Any grid.
// Aliasing  none. Elements between and after rows are not read.
// Numerics  f32 arithmetic for every storage type but f64, and entropy and lse are of that type. Exponents are taken
//           from the maximum before they are weighted, so large logits cancel nothing. -inf has probability 0 and adds
//           nothing; a row that holds NaN or +inf, or nothing but -inf, has entropy NaN.
#include "include/log_prob.cuh"

namespace logitops {

template <class T>
struct EntropyForward {
  Shape shape;
  Tensor<const T> x;
  Arithmetic<T>* entropy;
  Arithmetic<T>* lse;
  Statistics<Arithmetic<T>> statistics;
};

template <class Tier, class T>
LOGITOPS_DEVICE void entropy_fwd(const EntropyForward<T>& a) {
  using A = Arithmetic<T>;
  Tier tier(a.shape);
  tier.each_row(a.shape, [&](int64_t row) {
    const auto x_row = tier.keep(a.x, row, A(-INFINITY));
    ExpSum<A> exp_sum;
    exp_sum.keep_moments();
    tier.await_kept(x_row);
    exp_sum.add_row(tier, x_row);
    if (tier.leads()) {
      a.entropy[row] = exp_sum.entropy();
      if (a.lse != nullptr) {
        a.lse[row] = exp_sum.statistic().lse();
      }
      a.statistics.write(row, exp_sum.statistic());
    }
  });
}

}  // namespace logitops

LOGITOPS_STREAM_ENTRIES(entropy_fwd, EntropyForward, Occupied)
LOGITOPS_HELD_ENTRIES(entropy_fwd, EntropyForward, Occupied)
LOGITOPS_STREAM_TILE_ENTRIES(entropy_fwd, EntropyForward, Occupied)
