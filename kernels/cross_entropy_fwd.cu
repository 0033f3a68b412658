// cross_entropy_fwd: row_losses = sum_j T_j (lse - z_j), z_losses = lambda lse^2 and lse = log sum_j exp(z_j), row by
// row, and what else is asked for; batch_sums adds them up, and z-losses to row losses. z, T and S as in
// include/logits.cuh, targets.cuh and row_losses.cuh. Or, where partials are asked for, only the sums of each row from
// which cross_entropy_combine makes these.
//
// Shapes    x: [rows, cols]; row o * inner + i starts at o * outer + i, neighbours lie axis apart. 64-bit but cols.
//           Columns are the classes [first, first + cols) of `classes`.
//           probabilities: like x; read where labels are null.
//           row_losses, lse, target_sums, labels: [rows]; statistics: [2, rows], max and sum; weights: [classes], or
//           null for 1 each. z_losses, argmax and correct (both or none), entropy, ranks: [rows], or null where not asked
//           for.
//           partials: [5, rows], or null; without them first is 0 and cols are all classes.
// Tiers     rows  a group of threads per row, x read once; inner = 1, axis = 1.
//           cols  one thread per row, x read once; any inner and strides.
//           held  as rows, in registers: include/tier_held.cuh.
//           tile  as cols, x read once, in shared memory; launched as include/tier_tile.cuh says.
// Launch    rows: see include/tier_rows.cuh. cols: block 128. Any grid.
// Aliasing  none.
// Numerics  f32 arithmetic for every storage type but f64. Every row's lse is written as it is: -inf for nothing but
//           -inf, +inf or NaN if the row holds one; argmax and entropy of every row too. Loss: 0 for ignored rows, else
//           NaN if the label is bad or the lse not finite; +inf if a target lies on -inf.
#include "include/cross_entropy.cuh"

namespace logitops {

template <class T>
struct CrossEntropyForward {
  CrossEntropyInputs<T> in;
  RowOutputs<Arithmetic<T>> to;
  Partials<Arithmetic<T>> partials;
};

template <class Tier, CallKind kKind, class T>
LOGITOPS_DEVICE void cross_entropy_fwd(const CrossEntropyForward<T>& a) {
  using A = Arithmetic<T>;
  Tier tier(a.in.shape);
  const auto in = a.in.template known<kKind>();
  const Logits<A> logits = in.logits();
  tier.each_row(in.shape, [&](int64_t row) {
    const auto to = a.to.template known<kKind>();
    const auto target = in.targets.of(tier, row, in.shape.cols);
    auto x_row = tier.keep(in.x, row, A(-INFINITY));
    tier.await_kept(x_row);
    const RowLoss loss(tier, x_row, logits, target, to);
    if (!loss.writes(tier)) {
      return;
    }
    if (kKind == CallKind::kAny && a.partials.values != nullptr) {
      a.partials.write(row, loss.sums());
    } else {
      loss.write(to, row, static_cast<A>(in.z_loss));
    }
  });
}

template <class Tier, class T>
LOGITOPS_DEVICE void cross_entropy_fwd(const CrossEntropyForward<T>& a) {
  cross_entropy_fwd<Tier, CallKind::kAny>(a);
}

template <class Tier, class T>
LOGITOPS_DEVICE void cross_entropy_fwd_plain(const CrossEntropyForward<T>& a) {
  cross_entropy_fwd<Tier, CallKind::kPlain>(a);
}

}  // namespace logitops

LOGITOPS_ENTRIES(cross_entropy_fwd, CrossEntropyForward, Roomy)
LOGITOPS_STREAM_ENTRIES(cross_entropy_fwd_plain, CrossEntropyForward, Crowded)
LOGITOPS_HELD_ENTRIES(cross_entropy_fwd_plain, CrossEntropyForward, Occupied)
LOGITOPS_STREAM_TILE_ENTRIES(cross_entropy_fwd_plain, CrossEntropyForward, Occupied)
