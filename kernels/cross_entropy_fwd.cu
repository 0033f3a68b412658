// cross_entropy_fwd: row_losses = S lse - sum_j T_j x_j and lse = log sum_j exp(x_j), row by row; T and S as in
// include/cross_entropy.cuh.
//
// Shapes    x: [rows, cols]; row o * inner + i starts at o * outer + i, neighbours lie axis apart. 64-bit but cols.
//           row_losses, lse, labels: [rows]; weights: [cols], or null for 1 each.
// Tiers     gmem  one block per row, x read once; any cols; inner = 1, axis = 1. Start reading here.
//           cols  one thread per row, x read once; any inner and strides.
// Launch    gmem: block 256, grid <= rows. cols: block 128, any grid. No other block is valid.
// Aliasing  none.
// Numerics  f32 arithmetic for every storage type but f64. Every row's lse is written as it is: -inf for nothing but
// -inf,
//           +inf or NaN if the row holds one. Loss: 0 for ignored rows, else NaN if the label is bad or the lse not
//           finite; +inf if a target lies on -inf.
#include "include/cross_entropy.cuh"

namespace logitops {

template <class Tier, class T, class A, class L>
LOGITOPS_DEVICE void cross_entropy_forward(A* row_losses, A* lse, Tensor<const T> x, Targets<A, L> targets,
                                           Shape shape) {
  Tier tier(shape);
  tier.each_row(shape, [&](int64_t row) {
    const RowLoss<A> loss(tier, tier.row(x, row), targets.of(row));
    loss.write(tier, row_losses + row, lse + row);
  });
}

}  // namespace logitops

#define ENTRY(tier, Tier, dtype, T, label, L)                                                                        \
  LOGITOPS_ENTRY(Tier::kThreads)                                                                                     \
  cross_entropy_fwd_##tier##_##dtype##_##label(                                                                      \
      logitops::Arithmetic<T>* row_losses, logitops::Arithmetic<T>* lse, const T* x, const L* labels,                \
      const logitops::Arithmetic<T>* weights, int64_t rows, int64_t inner, int32_t cols, int64_t x_outer,            \
      int64_t x_axis, int64_t ignore_index, int32_t has_ignore, double smoothing) {                                  \
    using A = logitops::Arithmetic<T>;                                                                               \
    const uint32_t classes = static_cast<uint32_t>(cols);                                                            \
    const logitops::Targets<A, L> targets{labels, weights, ignore_index, has_ignore != 0, static_cast<A>(smoothing), \
                                          classes};                                                                  \
    logitops::cross_entropy_forward<Tier, T, A, L>(row_losses, lse, {x, x_outer, x_axis}, targets,                   \
                                                   {rows, inner, classes});                                          \
  }

LOGITOPS_EACH_TIER_DTYPE_AND_LABEL(ENTRY)
