// cross_entropy_bwd: dx_j = (exp(x_j - lse) S - T_j) g from the forward's lse, row by row; T and S as in
// include/cross_entropy.cuh, g = scale * row_scale[row] / divisor.
//
// Shapes    x, dx: [rows, cols]; row o * inner + i starts at o * outer + i, neighbours lie axis apart. 64-bit but cols.
//           lse, labels: [rows]; row_scale: [rows], or null for 1 each; weights: [cols], or null for 1 each.
//           divisor: one number, or null for 1; 0 makes g NaN.
// Tiers     gmem  one block per row, x read once; any cols; inner = 1, axis = 1. Start reading here.
//           cols  one thread per row, x read once; any inner and strides.
// Launch    gmem: block 256, grid <= rows. cols: block 128, any grid. No other block is valid.
// Aliasing  dx may be x. Elements between and after rows are neither read nor written.
// Numerics  f32 arithmetic for every storage type but f64; g multiplies before the one rounding. Rows that are ignored
// or
//           have a bad label: 0, and their logits are not read. Rows whose lse is not finite: NaN throughout.
#include "include/cross_entropy.cuh"

namespace logitops {

template <class Tier, class T, class A, class L>
LOGITOPS_DEVICE void cross_entropy_backward(Tensor<T> dx, Tensor<const T> x, const A* lse, Targets<A, L> targets,
                                            const A* row_scale, const double* divisor, Shape shape, double scale) {
  Tier tier(shape);
  tier.each_row(shape, [&](int64_t row) {
    const auto dx_row = tier.row(dx, row);
    const Target<A> target = targets.of(row);
    if (!target.counted) {  // all threads of the row agree, so none waits for the others at a barrier
      write_zeros<A>(tier, dx_row);
      return;
    }
    A target_sum = target.peak;
    if (target.smooths()) {
      Compensated<A> spread;
      tier.template each_batch<A>([&](auto columns) {
        Batch<A> t;
        target.spread(columns, t);
        spread.add(batch_sum<A>(t));
      });
      target_sum += tier.sum(spread);
    }
    const A shift = is_finite(lse[row]) ? lse[row] : A(NAN);
    write_gradient(tier, dx_row, tier.row(x, row), target, target_sum, shift, A(1),
                   gradient_factor(scale, row_scale, divisor, row));
  });
}

}  // namespace logitops

#define ENTRY(tier, Tier, dtype, T, label, L)                                                                         \
  LOGITOPS_ENTRY(Tier::kThreads)                                                                                      \
  cross_entropy_bwd_##tier##_##dtype##_##label(                                                                       \
      T* dx, const T* x, const logitops::Arithmetic<T>* lse, const L* labels, const logitops::Arithmetic<T>* weights, \
      const logitops::Arithmetic<T>* row_scale, const double* divisor, int64_t rows, int64_t inner, int32_t cols,     \
      int64_t dx_outer, int64_t dx_axis, int64_t x_outer, int64_t x_axis, int64_t ignore_index, int32_t has_ignore,   \
      double smoothing, double scale) {                                                                               \
    using A = logitops::Arithmetic<T>;                                                                                \
    const uint32_t classes = static_cast<uint32_t>(cols);                                                             \
    const logitops::Targets<A, L> targets{labels, weights, ignore_index, has_ignore != 0, static_cast<A>(smoothing),  \
                                          classes};                                                                   \
    logitops::cross_entropy_backward<Tier, T, A, L>({dx, dx_outer, dx_axis}, {x, x_outer, x_axis}, lse, targets,      \
                                                    row_scale, divisor, {rows, inner, classes}, scale);               \
  }

LOGITOPS_EACH_TIER_DTYPE_AND_LABEL(ENTRY)
