// cross_entropy_fused: losses and gradient at once, row by row:
//   row_losses = sum_j T_j (lse - z_j),   z_losses = lambda lse^2,   lse = log sum_j exp(z_j)
//   dx_j = g (p_j (S + 2 lambda lse r) - T_j) slope_j
// and what else is asked for; include/batch_sums.cuh adds them up, and z-losses to row losses. z, T, S and r as in include/logits.cuh,
// targets.cuh and row_losses.cuh, slope as in cross_entropy.cuh; g = scale.value *
// scale.per_row[row] * logit_scale / W.
//
// Shapes    x, dx: [rows, cols]; row o * inner + i starts at o * outer + i, neighbours lie axis apart. 64-bit but cols.
//           probabilities: like x; read where labels are null.
//           row_losses, lse, target_sums, labels: [rows]; scale.per_row: [rows], or null for 1 each; weights: [cols], or
//           null for 1 each. statistics: [2, rows], max and sum. z_losses, argmax and correct (both or none), entropy:
//           [rows], or null where not asked for.
//           divisors: W and N, known before (label_stats), or null for 1 each; W = 0 makes g NaN.
// Tiers     rows  a group of threads per row, x read once (beyond shared memory twice); inner = 1, axis = 1.
//           cols  one thread per row, x read twice; any inner and strides.
// Launch    rows: see include/tier_rows.cuh. cols: block 128. Any grid.
// Aliasing  dx may be x. Elements between and after rows are neither read nor written.
// Numerics  f32 arithmetic for every storage type but f64; g multiplies before the one rounding. p comes from the sum,
//           not from the rounded lse. Rows that are ignored or have a bad label: loss 0 or NaN, lse, entropy and
//           gradient 0, argmax -1, and their logits are not read. Rows whose lse is not finite: loss and gradient NaN
//           throughout.
#include "include/batch_sums.cuh"
#include "include/cross_entropy.cuh"

namespace logitops {

template <class T>
struct CrossEntropyFused {
  CrossEntropyInputs<T> in;
  RowOutputs<Arithmetic<T>> to;
  Tensor<T> dx;
  LossGradient<Arithmetic<T>> gradient;
  BatchSums<Arithmetic<T>> sums;
};

template <class Tier, class T>
LOGITOPS_DEVICE void cross_entropy_fused(const CrossEntropyFused<T>& a) {
  using A = Arithmetic<T>;
  Tier tier(a.in.shape);
  const Logits<A> logits = a.in.logits();
  tier.each_row(a.in.shape, [&](int64_t row) {
    const auto dx_row = tier.row(a.dx, row);
    const auto target = a.in.targets.keep(tier, row, a.in.shape.cols);
    if (!target.counted) {  // all threads of the row agree, so none waits for the others at a barrier
      if (tier.leads()) {
        a.to.write_uncounted(row, target.ignored);
      }
      write_zeros<A>(tier, dx_row);
      return;
    }
    const auto x_row = tier.keep(a.in.x, row);
    tier.await_kept(x_row, target.probabilities);
    const RowLoss loss(tier, x_row, logits, target, a.to);
    if (tier.leads()) {
      loss.write(a.to, row, static_cast<A>(a.in.z_loss));
    }
    const RowSums<A>& sums = loss.sums();
    write_gradient(tier, dx_row, x_row, a.in, logits, target, sums.statistic, target.peak + sums.spread, a.gradient,
                   row);
    tier.release_kept(x_row, target.probabilities);
  });
  tier.each_rows_of_block(a.in.shape, [&](int64_t first, uint32_t count) {
    a.sums.rows_done(first, count, a.in.shape.rows, a.in.targets.labels);
  });
}

template <class Tier, class T>
LOGITOPS_DEVICE void cross_entropy_fused_plain(const CrossEntropyFused<T>& a) {
  cross_entropy_fused<Tier, T>({a.in.plain(), a.to.plain(), a.dx, a.gradient, a.sums.plain()});
}

}  // namespace logitops

LOGITOPS_ENTRIES(cross_entropy_fused, CrossEntropyFused, Roomy)
LOGITOPS_ENTRIES(cross_entropy_fused_plain, CrossEntropyFused, Occupied)
