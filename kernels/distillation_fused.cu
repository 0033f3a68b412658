// distillation_fused: losses and the student's gradient at once, row by row:
//   row_losses = hard (- log p_y) + soft D(teacher, student)
//   dx_j       = g (hard (p_j - [j = y]) + soft / T dD/dz_j)
// with p, D and their numbers as in include/distillation.cuh; g = scale * row_scale[row] / divisors[0], soft / T =
// soft_slope.
//
// Shapes    student, teacher, dx: [rows, cols]; row o * inner + i starts at o * outer + i, neighbours lie axis apart.
//           64-bit but cols. row_losses, labels: [rows]; labels i64 or i32 as labels_are_i64 says, or null: then every
//           row counts, and hard must be 0. row_scale: [rows], or null for 1 each. divisors: [2] as label_stats leaves
//           them, or null for 1 each.
// Tiers     rows  a group of threads per row, both read once (beyond shared memory as in cols); inner = 1, axis = 1.
//           cols  one thread per row, both read twice, or thrice unless D is KL(P || Q); any inner and strides.
// Launch    rows: see include/tier_rows.cuh. cols: block 128. Any grid.
// Aliasing  dx may be student; student and teacher may be one if dx is neither. Elements between and after rows are
//           neither read nor written.
// Numerics  as distillation_fwd; g multiplies before the one rounding. Where the loss is NaN because of a logit, the
//           gradient is NaN throughout, and so it is where KL(Q || P) is infinite. Rows that are ignored or have a bad
//           label: gradient 0.
#include "include/distillation.cuh"

namespace logitops {

template <class Tier, class T, class A>
LOGITOPS_DEVICE void distillation_fused(Tensor<T> dx, A* row_losses, Tensor<const T> student, Tensor<const T> teacher,
                                        ClassLabels labels, const A* row_scale, const double* divisors, Shape shape,
                                        DistillationNumbers<A> numbers, double soft_slope, double scale) {
  Tier tier(shape);
  tier.each_row(shape, [&](int64_t row) {
    const auto dx_row = tier.row(dx, row);
    const RowLabel label = row_label(labels, row, shape.cols);
    if (!label.counted) {  // all threads of the row agree, so none waits for the others at a barrier
      if (tier.leads()) {
        row_losses[row] = label.ignored ? A(0) : A(NAN);
      }
      write_zeros<A>(tier, dx_row);
      return;
    }
    const auto student_row = tier.keep(student, row);
    const auto teacher_row = tier.template keep<1>(teacher, row);
    tier.await_kept(student_row, teacher_row);
    // The soft part's own factor is one with the row's, unless there are two parts.
    const RowFactor<A> factor = row_factor(scale, numbers.hard == 0 ? soft_slope : 1, row_scale, row, divisors);
    RowDistillation<A> distillation(tier, student_row, teacher_row, label, numbers);
    distillation.measure(tier, student_row, teacher_row, distillation.is_kl() ? 1 : 2,
                         [&](auto columns, const Batch<A>& x, Batch<A>& slope) {
                           if (numbers.hard != 0) {
                             distillation.add_hard(columns, x, static_cast<A>(soft_slope), slope);
                           }
                           factor.multiply(slope);
                           dx_row.store(columns, slope);
                         });
    tier.release_kept(student_row, teacher_row);
    if (tier.leads()) {
      row_losses[row] = distillation.loss();
    }
  });
}

}  // namespace logitops

#define ENTRY(tier, Tier, dtype, T)                                                                                \
  LOGITOPS_ENTRY(Tier::kThreads) distillation_fused_##tier##_##dtype(                                              \
      T* dx, logitops::Arithmetic<T>* row_losses, const T* student, const T* teacher, const void* labels,          \
      const logitops::Arithmetic<T>* row_scale, const double* divisors, int64_t rows, int64_t inner, int32_t cols, \
      int64_t dx_outer, int64_t dx_axis, int64_t student_outer, int64_t student_axis, int64_t teacher_outer,       \
      int64_t teacher_axis, int32_t labels_are_i64, int64_t ignore_index, int32_t has_ignore,                      \
      double inverse_temperature, int32_t divergence, double weight_of_p, double weight_of_q, double hard,         \
      double soft, double soft_slope, double scale, int32_t kept) {                                                \
    using A = logitops::Arithmetic<T>;                                                                             \
    logitops::distillation_fused<Tier, T>(                                                                         \
        {dx, dx_outer, dx_axis}, row_losses, {student, student_outer, student_axis},                               \
        {teacher, teacher_outer, teacher_axis}, {labels, labels_are_i64 != 0, ignore_index, has_ignore != 0},      \
        row_scale, divisors, LOGITOPS_SHAPE,                                                                       \
        logitops::DistillationNumbers<A>{static_cast<A>(inverse_temperature),                                      \
                                         {static_cast<logitops::DivergenceKind>(divergence),                       \
                                          static_cast<A>(weight_of_p), static_cast<A>(weight_of_q)},               \
                                         static_cast<A>(hard),                                                     \
                                         static_cast<A>(soft)},                                                    \
        soft_slope, scale);                                                                                        \
  }

LOGITOPS_EACH_TIER_AND_DTYPE(ENTRY)
