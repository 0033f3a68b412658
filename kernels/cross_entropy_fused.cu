// cross_entropy_fused: losses and gradient at once, row by row:
//   row_losses = sum_j T_j (lse - z_j),   z_losses = lambda lse^2,   lse = log sum_j exp(z_j)
//   dx_j = g (p_j (S + 2 lambda lse r) - T_j) slope_j
// and what else is asked for; batch_sums adds them up, and z-losses to row losses. z, T, S and r as in include/logits.cuh,
// targets.cuh and row_losses.cuh, slope as in cross_entropy.cuh; g = scale.value *
// scale.per_row[row] * logit_scale / W.
//
// Shapes    x, dx: [rows, cols]; row o * inner + i starts at o * outer + i, neighbours lie axis apart. 64-bit but cols.
//           probabilities: like x; read where labels are null.
//           row_losses, lse, target_sums, labels: [rows]; scale.per_row: [rows], or null for 1 each; weights: [cols], or
//           null for 1 each. statistics: [2, rows], max and sum. z_losses, argmax and correct (both or none), entropy, ranks:
//           [rows], or null where not asked for.
//           divisors: W, N and W / N, known before (batch_sums), or null for 1 each; W = 0 makes g NaN.
// Tiers     rows  a group of threads per row, x read once (beyond shared memory twice); inner = 1, axis = 1.
//           cols  one thread per row, x read twice; any inner and strides.
//           held, cols32, cols64  as these, x read once, in registers: include/tier_held.cuh, tier_cols_held.cuh.
//           tile  as cols, x read once, in shared memory; launched as include/tier_tile.cuh says.
// Launch    rows, held: see their files. cols: block 128, any grid.
// Aliasing  dx may be x. Elements between and after rows are neither read nor written.
// Numerics  f32 arithmetic for every storage type but f64; g multiplies before the one rounding. p comes from the sum,
//           not from the rounded lse. Rows that are ignored or have a bad label: loss 0 or NaN, lse, entropy and
//           gradient 0, argmax -1, and their logits are not looked at. Rows whose lse is not finite: loss and gradient NaN
//           throughout.
#include "include/cross_entropy.cuh"

namespace logitops {

template <class T>
struct CrossEntropyFused {
  CrossEntropyInputs<T> in;
  RowOutputs<Arithmetic<T>> to;
  Tensor<T> dx;
  LossGradient<Arithmetic<T>> gradient;
};

template <class Tier, CallKind kKind, class T>
LOGITOPS_DEVICE void cross_entropy_fused(const CrossEntropyFused<T>& a) {
  using A = Arithmetic<T>;
  Tier tier(a.in.shape);
  const auto in = a.in.template known<kKind>();
  const Logits<A> logits = in.logits();
  tier.each_row(in.shape, [&](int64_t row) {
    const auto to = a.to.template known<kKind>();
    const auto target = in.targets.keep(tier, row, in.shape.cols);
    tier.output(a.dx, row);  // whose columns a thread writes, of these it looks at the label's
    if (!target.counted) {   // all threads of the row agree
      if (tier.leads()) {
        to.write_uncounted(row, target.ignored);
      }
      write_zeros<A>(tier, tier.output(a.dx, row));
      if (tier.skips_row()) {
        return;
      }
    }
    const double scale = a.gradient.scale_of(row);  // before the row is held: a division takes many registers
    auto x_row = tier.keep(in.x, row, A(-INFINITY));
    tier.await_kept(x_row, target.probabilities);
    const RowLoss loss(tier, x_row, logits, target, to);
    if (loss.writes(tier)) {
      loss.write(to, row, static_cast<A>(in.z_loss));
    }
    const RowSums<A>& sums = loss.sums();
    tier.look_again(x_row);
    const auto dx_row = tier.output(a.dx, row);
    write_gradient(tier, dx_row, x_row, sums.label_logit, in.logit_scale, logits, target, sums.statistic,
                   target.peak + sums.spread, a.gradient, in.z_loss, scale);
    tier.release_kept(x_row, target.probabilities);
    tier.write_back(dx_row);
  });
}

template <class Tier, class T>
LOGITOPS_DEVICE void cross_entropy_fused(const CrossEntropyFused<T>& a) {
  cross_entropy_fused<Tier, CallKind::kAny>(a);
}

template <class Tier, class T>
LOGITOPS_DEVICE void cross_entropy_fused_plain(const CrossEntropyFused<T>& a) {
  cross_entropy_fused<Tier, CallKind::kPlain>(a);
}

}  // namespace logitops

LOGITOPS_ENTRIES(cross_entropy_fused, CrossEntropyFused, Roomy)
LOGITOPS_ENTRIES(cross_entropy_fused_plain, CrossEntropyFused, Occupied)
LOGITOPS_HELD_ENTRIES(cross_entropy_fused_plain, CrossEntropyFused, Occupied)
LOGITOPS_CLUSTER_HELD_ENTRIES(cross_entropy_fused_plain, CrossEntropyFused, Occupied)
LOGITOPS_HELD_COLS_ENTRIES(cross_entropy_fused_plain, CrossEntropyFused, Occupied)
LOGITOPS_TILE_ENTRIES(cross_entropy_fused_plain, CrossEntropyFused, Occupied)
