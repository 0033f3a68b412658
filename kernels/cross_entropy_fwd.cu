// cross_entropy_fwd: row_losses = sum_j T_j (lse - z_j), z_losses = lambda lse^2 and lse = log sum_j exp(z_j), row by
// row, and what else is asked for; loss_reduce adds the z-losses to the row losses. z, T and S as in
// include/logits.cuh, targets.cuh and row_losses.cuh. Or, where partials are asked for, only the sums of each row from
// which cross_entropy_combine makes these.
//
// Shapes    x: [rows, cols]; row o * inner + i starts at o * outer + i, neighbours lie axis apart. 64-bit but cols.
//           Columns are the classes [first, first + cols) of `classes`.
//           probabilities: like x; read where labels are null.
//           row_losses, lse, target_sums, labels: [rows]; statistics: [2, rows], max and sum; weights: [classes], or
//           null for 1 each. z_losses, argmax and correct (both or none), entropy: [rows], or null where not asked
//           for.
//           partials: [5, rows], or null; without them first is 0 and cols are all classes.
// Tiers     rows  a group of threads per row, x read once; inner = 1, axis = 1.
//           cols  one thread per row, x read once; any inner and strides.
// Launch    rows: see include/tier_rows.cuh. cols: block 128. Any grid.
// Aliasing  none.
// Numerics  f32 arithmetic for every storage type but f64. Every row's lse is written as it is: -inf for nothing but
//           -inf, +inf or NaN if the row holds one; argmax and entropy of every row too. Loss: 0 for ignored rows, else
//           NaN if the label is bad or the lse not finite; +inf if a target lies on -inf.
#include "include/cross_entropy.cuh"

namespace logitops {

template <class Tier, class T, class A>
LOGITOPS_DEVICE void cross_entropy_forward(RowOutputs<A> to, Partials<A> partials, Tensor<const T> x,
                                           Targets<T> targets, Logits<A> logits, Shape shape, A z_loss) {
  Tier tier(shape);
  tier.each_row(shape, [&](int64_t row) {
    const auto target = targets.of(tier, row);
    const auto x_row = tier.keep(x, row);
    tier.await_kept(x_row);
    const RowLoss loss(tier, x_row, logits, target, to);
    if (!tier.leads()) {
      return;
    }
    if (partials.values != nullptr) {
      partials.write(row, loss.sums());
    } else {
      loss.write(to, row, z_loss);
    }
  });
}

}  // namespace logitops

#define ENTRY(tier, Tier, dtype, T)                                                                               \
  LOGITOPS_TIER_ENTRY(Tier)                                                                                       \
  cross_entropy_fwd_##tier##_##dtype(                                                                             \
      logitops::Arithmetic<T>* row_losses, logitops::Arithmetic<T>* lse, logitops::Arithmetic<T>* target_sums,    \
      logitops::Arithmetic<T>* statistics, logitops::Arithmetic<T>* z_losses, int32_t* argmax, int32_t* correct,  \
      logitops::Arithmetic<T>* entropy, logitops::Arithmetic<T>* partials, const T* x, const void* labels,        \
      const T* probabilities, const logitops::Arithmetic<T>* weights, int64_t rows, int64_t inner, int32_t cols,  \
      int64_t x_outer, int64_t x_axis, int64_t q_outer, int64_t q_axis, LOGITOPS_LOSS_NUMBERS, int32_t kept) {    \
    using A = logitops::Arithmetic<T>;                                                                            \
    logitops::cross_entropy_forward<Tier, T, A>(                                                                  \
        {row_losses, lse, target_sums, {statistics, rows}, z_losses, argmax, correct, entropy}, {partials, rows}, \
        {x, x_outer, x_axis}, LOGITOPS_TARGETS(T), logitops::Logits<A>(logit_scale, soft_cap), LOGITOPS_SHAPE,    \
        static_cast<A>(z_loss));                                                                                  \
  }

LOGITOPS_EACH_TIER_AND_DTYPE(ENTRY)
