// log_sum_exp_fwd: lse = log sum_j exp(x_j), row by row.
//
// Shapes    x: [rows, cols]; row o * inner + i starts at o * outer + i, neighbours lie axis apart. 64-bit but cols.
//           lse: [rows]; statistics: [2, rows], max and sum for log_sum_exp_bwd, or null.
// Tiers     rows  a group of threads per row, x read once; inner = 1, axis = 1.
//           cols  one thread per row, x read once; any inner and strides.
//           tile  as cols, x read once, in shared memory; launched as include/tier_tile.cuh says.
// Launch    rows: see include/tier_rows.cuh. cols: block 128. Any grid.
// Aliasing  none. Elements between and after rows are not read.
// Numerics  f32 arithmetic for every storage type but f64, and lse is of that type. Nothing but -inf gives -inf, a +inf
//           gives +inf, a NaN gives NaN.
#include "include/log_prob.cuh"

namespace logitops {

template <class T>
struct LogSumExpForward {
  Shape shape;
  Tensor<const T> x;
  Arithmetic<T>* lse;
  Statistics<Arithmetic<T>> statistics;
};

template <class Tier, class T>
LOGITOPS_DEVICE void log_sum_exp_fwd(const LogSumExpForward<T>& a) {
  using A = Arithmetic<T>;
  Tier tier(a.shape);
  tier.each_row(a.shape, [&](int64_t row) {
    const RowStatistic<A> statistic = statistic_of<A>(tier, tier.keep(a.x, row, A(-INFINITY)));
    if (tier.leads()) {
      a.lse[row] = statistic.lse();
      a.statistics.write(row, statistic);
    }
  });
}

}  // namespace logitops

LOGITOPS_STREAM_ENTRIES(log_sum_exp_fwd, LogSumExpForward, Occupied)
LOGITOPS_HELD_ENTRIES(log_sum_exp_fwd, LogSumExpForward, Occupied)
LOGITOPS_STREAM_TILE_ENTRIES(log_sum_exp_fwd, LogSumExpForward, Occupied)
