// selected_log_prob_fwd: log_prob = log p_y = x_y - lse,  lse = log sum_j exp(x_j), row by row; y = the row's label.
//
// Shapes    x: [rows, cols]; row o * inner + i starts at o * outer + i, neighbours lie axis apart. 64-bit but cols.
//           log_prob, labels: [rows]; labels i64 or i32; lse: [rows], statistics: [2, rows],
//           max and sum for selected_log_prob_bwd; 0 in rows that do not count.
// Tiers     rows  a group of threads per row, x read once; inner = 1, axis = 1.
//           cols  one thread per row, x read once; any inner and strides.
//           tile  as cols, x read once, in shared memory; launched as include/tier_tile.cuh says.
// Launch    rows: see include/tier_rows.cuh. cols: block 128. Any grid.
// Aliasing  none. Elements between and after rows are not read.
// Numerics  f32 arithmetic for every storage type but f64, and log_prob and lse are of that type. (x_y - max) - log
//           sum, never x_y - (max + log sum). A row whose lse is not finite has NaN. Rows that are ignored or have a
//           bad label have 0 or NaN; their logits are not looked at.
#include "include/entries.cuh"
#include "include/labels.cuh"
#include "include/log_prob.cuh"

namespace logitops {

template <class T>
struct SelectedLogProbForward {
  Shape shape;
  Tensor<const T> x;
  ClassLabels labels;
  Arithmetic<T>* log_prob;
  Arithmetic<T>* lse;
  Statistics<Arithmetic<T>> statistics;
};

template <class Tier, class T>
LOGITOPS_DEVICE void selected_log_prob_fwd(const SelectedLogProbForward<T>& a) {
  using A = Arithmetic<T>;
  Tier tier(a.shape);
  tier.each_row(a.shape, [&](int64_t row) {
    const RowLabel label = a.labels.of(row, a.shape.cols);
    if (!label.counted) {  // all threads of the row agree
      if (tier.leads()) {
        a.log_prob[row] = label.ignored ? A(0) : A(NAN);
        a.lse[row] = 0;
        a.statistics.write(row, {0, 0});
      }
      if (tier.skips_row()) {
        return;
      }
    }
    const auto x_row = tier.keep(a.x, row, A(-INFINITY));
    const RowStatistic<A> statistic = statistic_of<A>(tier, x_row);
    if (tier.leads()) {
      a.log_prob[row] = RowSoftmax<A>(statistic).log_p(widen(*x_row.at(label.label)));
      a.lse[row] = statistic.lse();
      a.statistics.write(row, statistic);
    }
  });
}

}  // namespace logitops

LOGITOPS_STREAM_ENTRIES(selected_log_prob_fwd, SelectedLogProbForward, Crowded)
LOGITOPS_HELD_ENTRIES(selected_log_prob_fwd, SelectedLogProbForward, Occupied)
LOGITOPS_STREAM_TILE_ENTRIES(selected_log_prob_fwd, SelectedLogProbForward, Occupied)
