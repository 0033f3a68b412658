// cross_entropy_bwd: dx_j = g (p_j (S + 2 lambda lse r) - T_j) slope_j from the forward's statistics and S, row by row;
// z, p, T, slope and r as in include/logits.cuh, row_statistic.cuh, targets.cuh and cross_entropy.cuh,
// g = scale.value * scale.per_row[row] * logit_scale / W.
//
// Shapes    x, dx: [rows, cols]; row o * inner + i starts at o * outer + i, neighbours lie axis apart. 64-bit but cols.
//           probabilities: like x; read where labels are null.
//           statistics: [2, rows], max and sum; target_sums, labels: [rows]; scale.per_row: [rows], or null for 1 each;
//           weights: [cols], or null for 1 each. divisors: W, N and W / N, or null for 1 each; W = 0 makes g NaN.
// Tiers     rows  a group of threads per row, x read once; inner = 1, axis = 1.
//           cols  one thread per row, x read once; any inner and strides.
//           held  as rows, in registers: include/tier_held.cuh.
//           tile  as cols, x read once, in shared memory; launched as include/tier_tile.cuh says.
// Launch    rows: see include/tier_rows.cuh. cols: block 128. Any grid.
// Aliasing  dx may be x. Elements between and after rows are neither read nor written.
// Numerics  f32 arithmetic for every storage type but f64; g multiplies before the one rounding. Rows that are ignored
//           or have a bad label: 0, and their logits are not looked at. Rows whose lse is not finite: NaN throughout.
#include "include/cross_entropy.cuh"

namespace logitops {

template <class T>
struct CrossEntropyBackward {
  CrossEntropyInputs<T> in;
  Statistics<const Arithmetic<T>> statistics;
  const Arithmetic<T>* target_sums;
  Tensor<T> dx;
  LossGradient<Arithmetic<T>> gradient;
};

template <class Tier, CallKind kKind, class T>
LOGITOPS_DEVICE void cross_entropy_bwd(const CrossEntropyBackward<T>& a) {
  using A = Arithmetic<T>;
  Tier tier(a.in.shape);
  const auto in = a.in.template known<kKind>();
  const Logits<A> logits = in.logits();
  tier.each_row(in.shape, [&](int64_t row) {
    const auto dx_row = tier.output(a.dx, row);
    const auto target = in.targets.of(tier, row, in.shape.cols);
    if (!target.counted) {
      write_zeros<A>(tier, dx_row);
      if (tier.skips_row()) {
        return;
      }
    }
    const auto x_row = tier.keep(in.x, row, A(-INFINITY));
    const A target_sum = target.counted && target.spreads() ? a.target_sums[row] : target.peak;
    tier.await_kept(x_row);
    const A of_label = label_logit(tier, x_row, logits, target);
    write_gradient(tier, dx_row, x_row, of_label, in.logit_scale, logits, target, a.statistics.read(row), target_sum,
                   a.gradient, in.z_loss, a.gradient.scale_of(row));
    tier.release_kept(x_row);
    tier.write_back(dx_row);
  });
}

template <class Tier, class T>
LOGITOPS_DEVICE void cross_entropy_bwd(const CrossEntropyBackward<T>& a) {
  cross_entropy_bwd<Tier, CallKind::kAny>(a);
}

template <class Tier, class T>
LOGITOPS_DEVICE void cross_entropy_bwd_plain(const CrossEntropyBackward<T>& a) {
  cross_entropy_bwd<Tier, CallKind::kPlain>(a);
}

}  // namespace logitops

LOGITOPS_ENTRIES(cross_entropy_bwd, CrossEntropyBackward, Occupied)
LOGITOPS_CLUSTER_ENTRIES(cross_entropy_bwd, CrossEntropyBackward, Occupied)
LOGITOPS_STREAM_ENTRIES(cross_entropy_bwd_plain, CrossEntropyBackward, Occupied)
LOGITOPS_HELD_ENTRIES(cross_entropy_bwd_plain, CrossEntropyBackward, Paired)
LOGITOPS_CLUSTER_STREAM_ENTRIES(cross_entropy_bwd_plain, CrossEntropyBackward, Occupied)
LOGITOPS_CLUSTER_HELD_ENTRIES(cross_entropy_bwd_plain, CrossEntropyBackward, Paired)
LOGITOPS_STREAM_TILE_ENTRIES(cross_entropy_bwd_plain, CrossEntropyBackward, Occupied)
