// distillation_fused_<divergence>: losses and the student's gradient at once, or losses alone where dx is null, row by row:
//   row_losses = hard (- log p_y) + soft D(teacher, student)
//   dx_j       = g (hard (p_j - [j = y]) + soft / T dD/dz_j)
// with p, D and their numbers as in include/distillation.cuh; g = scale.value * scale.per_row[row] / divisors[0], soft / T
// = soft_slope.
//
// Shapes    student, teacher, dx: [rows, cols]; row o * inner + i starts at o * outer + i, neighbours lie axis apart.
//           64-bit but cols. row_losses, labels: [rows]; labels i64 or i32, or null: then every row counts, and hard must
//           be 0. scale.per_row: [rows], or null for 1 each. divisors: [3] as batch_sums leaves them, or null for 1
//           each.
// Tiers     rows  a group of threads per row, both read once (beyond shared memory as in cols); inner = 1, axis = 1.
//           cols  one thread per row, both read twice, or thrice for a gradient of another D than KL(P || Q); any inner
//                 and strides.
// Launch    rows: see include/tier_rows.cuh. cols: block 128. Any grid.
// Aliasing  dx may be student; student and teacher may be one if dx is neither. Elements between and after rows are
//           neither read nor written.
// Numerics  f32 arithmetic for every storage type but f64, and row_losses are of that type. Logits are taken from
//           their maximum and D from terms that are not negative, so large logits and temperatures cancel nothing.
//           0 log 0 = 0. g multiplies before the one rounding. A row of the student or the teacher whose lse is not
//           finite makes the loss NaN. Where the loss is NaN because of a logit, the gradient is NaN throughout, and so
//           it is where KL(Q || P) is infinite. Rows that are ignored or have a bad label: loss 0 or NaN, gradient 0,
//           and not read.
#include "include/distillation.cuh"

namespace logitops {

template <class T>
struct Distillation {
  Shape shape;
  Tensor<const T> student;
  Tensor<const T> teacher;
  ClassLabels labels;
  double inverse_temperature;
  double weight_of_p;
  double weight_of_q;
  double hard;
  double soft;
  Arithmetic<T>* row_losses;
  Tensor<T> dx;  // null: no gradient
  double soft_slope;
  const double* divisors;
  GradScale<Arithmetic<T>> scale;
};

template <class Tier, DivergenceKind kKind, class T>
LOGITOPS_DEVICE void distillation_fused(const Distillation<T>& a) {
  using A = Arithmetic<T>;
  const DistillationNumbers<A, kKind> numbers{static_cast<A>(a.inverse_temperature),
                                              {static_cast<A>(a.weight_of_p), static_cast<A>(a.weight_of_q)},
                                              static_cast<A>(a.hard),
                                              static_cast<A>(a.soft)};
  const bool gradient = a.dx.data != nullptr;
  Tier tier(a.shape);
  tier.each_row(a.shape, [&](int64_t row) {
    const auto dx_row = tier.output(a.dx, row);
    const RowLabel label = row_label(a.labels, row, a.shape.cols);
    if (!label.counted) {  // all threads of the row agree
      if (tier.leads()) {
        a.row_losses[row] = label.ignored ? A(0) : A(NAN);
      }
      if (gradient) {
        write_zeros<A>(tier, dx_row);
      }
      if (tier.skips_row()) {
        return;
      }
    }
    const auto student_row = tier.keep(a.student, row, A(-INFINITY));
    const auto teacher_row = tier.template keep<1>(a.teacher, row, A(-INFINITY));
    tier.await_kept(student_row, teacher_row);
    // The soft part's own factor is one with the row's, unless there are two parts.
    const RowFactor<A> factor(a.scale.of(row, a.divisors), numbers.hard == 0 ? a.soft_slope : 1);
    RowDistillation<A, kKind> distillation(tier, student_row, teacher_row, label, numbers);
    distillation.measure(tier, student_row, teacher_row,
                         gradient && (!distillation.kIsKl || tier.writes_apart()) ? 2 : 1,
                         [&](auto columns, const Fragment<A>& x, Fragment<A>& slope) {
                           if (!gradient) {
                             return;
                           }
                           if (numbers.hard != 0) {
                             distillation.add_hard(columns, x, static_cast<A>(a.soft_slope), slope);
                           }
                           factor.multiply(slope);
                           dx_row.store(columns, slope);
                         });
    tier.release_kept(student_row, teacher_row);
    if (distillation.writes(tier)) {
      a.row_losses[row] = distillation.loss();
    }
  });
}

template <class Tier, class T>
LOGITOPS_DEVICE void distillation_fused_kl(const Distillation<T>& a) {
  distillation_fused<Tier, DivergenceKind::kKl>(a);
}

template <class Tier, class T>
LOGITOPS_DEVICE void distillation_fused_reverse_kl(const Distillation<T>& a) {
  distillation_fused<Tier, DivergenceKind::kReverseKl>(a);
}

template <class Tier, class T>
LOGITOPS_DEVICE void distillation_fused_jensen_shannon(const Distillation<T>& a) {
  distillation_fused<Tier, DivergenceKind::kJensenShannon>(a);
}

}  // namespace logitops

LOGITOPS_ENTRIES(distillation_fused_kl, Distillation, Narrow)
LOGITOPS_ENTRIES(distillation_fused_reverse_kl, Distillation, Unlimited)
LOGITOPS_ENTRIES(distillation_fused_jensen_shannon, Distillation, Unlimited)
