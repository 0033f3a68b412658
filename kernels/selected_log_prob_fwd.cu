// selected_log_prob_fwd: log_prob = log p_y = x_y - lse,  lse = log sum_j exp(x_j), row by row; y = the row's label.
//
// Shapes    x: [rows, cols]; row o * inner + i starts at o * outer + i, neighbours lie axis apart. 64-bit but cols.
//           log_prob, labels: [rows]; labels i64 or i32 as labels_are_i64 says; lse: [rows], statistics: [2, rows],
//           max and sum for selected_log_prob_bwd; 0 in rows that do not count.
// Tiers     rows  a group of threads per row, x read once; inner = 1, axis = 1.
//           cols  one thread per row, x read once; any inner and strides.
// Launch    rows: see include/tier_rows.cuh. cols: block 128. Any grid.
// Aliasing  none. Elements between and after rows are not read.
// Numerics  f32 arithmetic for every storage type but f64, and log_prob and lse are of that type. (x_y - max) - log
//           sum, never x_y - (max + log sum). A row whose lse is not finite has NaN. Rows that are ignored or have a
//           bad label have 0 or NaN; their logits are not read.
#include "include/labels.cuh"
#include "include/log_prob.cuh"

namespace logitops {

template <class Tier, class T, class A>
LOGITOPS_DEVICE void selected_log_prob_forward(A* log_prob, A* lse, Statistics<A> statistics, Tensor<const T> x,
                                               ClassLabels labels, Shape shape) {
  Tier tier(shape);
  tier.each_row(shape, [&](int64_t row) {
    const RowLabel label = labels.of(row, shape.cols);
    if (!label.counted) {  // all threads of the row agree, so none waits for the others at a barrier
      if (tier.leads()) {
        log_prob[row] = label.ignored ? A(0) : A(NAN);
        lse[row] = 0;
        statistics.write(row, {0, 0});
      }
      return;
    }
    const auto x_row = tier.keep(x, row);
    const RowStatistic<A> statistic = exp_sum_of<A>(tier, x_row).statistic();
    if (tier.leads()) {
      log_prob[row] = RowSoftmax<A>(statistic).log_p(widen(*x_row.at(label.label)));
      lse[row] = statistic.lse();
      statistics.write(row, statistic);
    }
  });
}

}  // namespace logitops

#define ENTRY(tier, Tier, dtype, T)                                                                               \
  LOGITOPS_TIER_ENTRY(Tier)                                                                                       \
  selected_log_prob_fwd_##tier##_##dtype(                                                                         \
      logitops::Arithmetic<T>* log_prob, logitops::Arithmetic<T>* lse, logitops::Arithmetic<T>* statistics,       \
      const T* x, const void* labels, int64_t rows, int64_t inner, int32_t cols, int64_t x_outer, int64_t x_axis, \
      int32_t labels_are_i64, int64_t ignore_index, int32_t has_ignore, int32_t kept) {                           \
    logitops::selected_log_prob_forward<Tier, T>(log_prob, lse, {statistics, rows}, {x, x_outer, x_axis},         \
                                                 {labels, labels_are_i64 != 0, ignore_index, has_ignore != 0},    \
                                                 LOGITOPS_SHAPE);                                                 \
  }

LOGITOPS_EACH_TIER_AND_DTYPE(ENTRY)
