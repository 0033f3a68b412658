// cross_entropy_fused: losses and gradient at once, row by row:
//   row_losses = S lse - sum_j T_j x_j,   lse = log sum_j exp(x_j),   dx_j = (p_j S - T_j) g
// T and S as in include/cross_entropy.cuh, g = scale * row_scale[row] / divisor.
//
// Shapes    x, dx: [rows, cols]; row o * inner + i starts at o * outer + i, neighbours lie axis apart. 64-bit but cols.
//           row_losses, lse, labels: [rows]; row_scale: [rows], or null for 1 each; weights: [cols], or null for 1
//           each. divisor: one number, known before (label_stats), or null for 1; 0 makes g NaN.
// Tiers     gmem  one block per row, x read twice; any cols; inner = 1, axis = 1. Start reading here.
//           cols  one thread per row, x read twice; any inner and strides.
// Launch    gmem: block 256, grid <= rows. cols: block 128, any grid. No other block is valid.
// Aliasing  dx may be x. Elements between and after rows are neither read nor written.
// Numerics  f32 arithmetic for every storage type but f64; g multiplies before the one rounding. p comes from the sum,
// not
//           from the rounded lse. Rows that are ignored or have a bad label: loss 0 or NaN, lse 0, gradient 0, and
//           their logits are not read. Rows whose lse is not finite: loss and gradient NaN throughout.
#include "include/cross_entropy.cuh"

namespace logitops {

template <class Tier, class T, class A, class L>
LOGITOPS_DEVICE void cross_entropy_fused(Tensor<T> dx, A* row_losses, A* lse, Tensor<const T> x, Targets<A, L> targets,
                                         const A* row_scale, const double* divisor, Shape shape, double scale) {
  Tier tier(shape);
  tier.each_row(shape, [&](int64_t row) {
    const auto dx_row = tier.row(dx, row);
    const Target<A> target = targets.of(row);
    if (!target.counted) {  // all threads of the row agree, so none waits for the others at a barrier
      if (tier.leads()) {
        row_losses[row] = target.ignored ? A(0) : A(NAN);
        lse[row] = 0;
      }
      write_zeros<A>(tier, dx_row);
      return;
    }
    const auto x_row = tier.row(x, row);
    const RowLoss<A> loss(tier, x_row, target);
    const ExpSum<A>& exp_sum = loss.exp_sum();
    loss.write(tier, row_losses + row, lse + row);
    const A shift = exp_sum.regular() ? exp_sum.shift() : A(NAN);
    write_gradient(tier, dx_row, x_row, target, loss.target_sum(), shift, 1 / exp_sum.sum(),
                   gradient_factor(scale, row_scale, divisor, row));
  });
}

}  // namespace logitops

#define ENTRY(tier, Tier, dtype, T, label, L)                                                                        \
  LOGITOPS_ENTRY(Tier::kThreads)                                                                                     \
  cross_entropy_fused_##tier##_##dtype##_##label(                                                                    \
      T* dx, logitops::Arithmetic<T>* row_losses, logitops::Arithmetic<T>* lse, const T* x, const L* labels,         \
      const logitops::Arithmetic<T>* weights, const logitops::Arithmetic<T>* row_scale, const double* divisor,       \
      int64_t rows, int64_t inner, int32_t cols, int64_t dx_outer, int64_t dx_axis, int64_t x_outer, int64_t x_axis, \
      int64_t ignore_index, int32_t has_ignore, double smoothing, double scale) {                                    \
    using A = logitops::Arithmetic<T>;                                                                               \
    const uint32_t classes = static_cast<uint32_t>(cols);                                                            \
    const logitops::Targets<A, L> targets{labels, weights, ignore_index, has_ignore != 0, static_cast<A>(smoothing), \
                                          classes};                                                                  \
    logitops::cross_entropy_fused<Tier, T, A, L>({dx, dx_outer, dx_axis}, row_losses, lse, {x, x_outer, x_axis},     \
                                                 targets, row_scale, divisor, {rows, inner, classes}, scale);        \
  }

LOGITOPS_EACH_TIER_DTYPE_AND_LABEL(ENTRY)
