// cross_entropy_fwd: row_losses = S lse - sum_j T_j z_j + lambda lse^2 and lse = log sum_j exp(z_j), row by row, and
// what else is asked for; z, T and S as in include/logits.cuh, targets.cuh and cross_entropy.cuh.
//
// Shapes    x: [rows, cols]; row o * inner + i starts at o * outer + i, neighbours lie axis apart. 64-bit but cols.
//           probabilities: like x; read where labels are null.
//           row_losses, lse, target_sums, labels: [rows]; weights: [cols], or null for 1 each.
//           z_losses, argmax and correct (both or none), entropy: [rows], or null where not asked for.
// Tiers     gmem  one block per row, x read once; any cols; inner = 1, axis = 1. Start reading here.
//           cols  one thread per row, x read once; any inner and strides.
// Launch    gmem: block 256, grid <= rows. cols: block 128, any grid. No other block is valid.
// Aliasing  none.
// Numerics  f32 arithmetic for every storage type but f64. Every row's lse is written as it is: -inf for nothing but
//           -inf, +inf or NaN if the row holds one; argmax and entropy of every row too. Loss: 0 for ignored rows, else
//           NaN if the label is bad or the lse not finite; +inf if a target lies on -inf.
#include "include/cross_entropy.cuh"

namespace logitops {

template <class Tier, class T, class A>
LOGITOPS_DEVICE void cross_entropy_forward(RowOutputs<A> to, Tensor<const T> x, Targets<T> targets, Logits<A> logits,
                                           Shape shape, A z_loss) {
  Tier tier(shape);
  tier.each_row(shape, [&](int64_t row) {
    const auto target = targets.of(tier, row);
    const RowLoss loss(tier, tier.row(x, row), logits, target, to);
    loss.write(tier, to, row, z_loss);
  });
}

}  // namespace logitops

#define ENTRY(tier, Tier, dtype, T)                                                                                   \
  LOGITOPS_ENTRY(Tier::kThreads) cross_entropy_fwd_##tier##_##dtype(                                                  \
      logitops::Arithmetic<T>* row_losses, logitops::Arithmetic<T>* lse, logitops::Arithmetic<T>* target_sums,        \
      logitops::Arithmetic<T>* z_losses, int32_t* argmax, int32_t* correct, logitops::Arithmetic<T>* entropy,         \
      const T* x, const void* labels, const T* probabilities, const logitops::Arithmetic<T>* weights, int64_t rows,   \
      int64_t inner, int32_t cols, int64_t x_outer, int64_t x_axis, int64_t q_outer, int64_t q_axis,                  \
      int64_t ignore_index, int32_t has_ignore, int32_t labels_are_i64, double smoothing, double z_loss,              \
      double logit_scale, double soft_cap) {                                                                          \
    using A = logitops::Arithmetic<T>;                                                                                \
    const uint32_t classes = static_cast<uint32_t>(cols);                                                             \
    const logitops::Targets<T> targets{labels,       labels_are_i64 != 0, {probabilities, q_outer, q_axis}, weights,  \
                                       ignore_index, has_ignore != 0,     static_cast<A>(smoothing),        classes}; \
    logitops::cross_entropy_forward<Tier, T, A>(                                                                      \
        {row_losses, lse, target_sums, z_losses, argmax, correct, entropy}, {x, x_outer, x_axis}, targets,            \
        logitops::Logits<A>(logit_scale, soft_cap), {rows, inner, classes}, static_cast<A>(z_loss));                  \
  }

LOGITOPS_EACH_TIER_AND_DTYPE(ENTRY)
