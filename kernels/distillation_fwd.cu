// distillation_fwd: row_losses = hard (- log p_y) + soft D(teacher, student), row by row; p, D and their numbers as in
// include/distillation.cuh.
//
// Shapes    student, teacher: [rows, cols]; row o * inner + i starts at o * outer + i, neighbours lie axis apart.
//           64-bit but cols. row_losses, labels: [rows]; labels i64 or i32 as labels_are_i64 says, or null: then every
//           row counts, and hard must be 0.
// Tiers     rows  a group of threads per row, both read once (beyond shared memory twice); inner = 1, axis = 1.
//           cols  one thread per row, both read twice; any inner and strides.
// Launch    rows: see include/tier_rows.cuh. cols: block 128. Any grid.
// Aliasing  none; student and teacher may be one. Elements between and after rows are not read.
// Numerics  f32 arithmetic for every storage type but f64, and row_losses are of that type. Logits are taken from
//           their maximum and D from terms that are not negative, so large logits and temperatures cancel nothing.
//           0 log 0 = 0. A row of the student or the teacher whose lse is not finite makes the loss NaN. Rows that are
//           ignored or have a bad label: 0 or NaN, and not read.
#include "include/distillation.cuh"

namespace logitops {

template <class Tier, class T, class A>
LOGITOPS_DEVICE void distillation_forward(A* row_losses, Tensor<const T> student, Tensor<const T> teacher,
                                          ClassLabels labels, Shape shape, DistillationNumbers<A> numbers) {
  Tier tier(shape);
  tier.each_row(shape, [&](int64_t row) {
    const RowLabel label = row_label(labels, row, shape.cols);
    if (!label.counted) {  // all threads of the row agree, so none waits for the others at a barrier
      if (tier.leads()) {
        row_losses[row] = label.ignored ? A(0) : A(NAN);
      }
      return;
    }
    const auto student_row = tier.keep(student, row);
    const auto teacher_row = tier.template keep<1>(teacher, row);
    tier.await_kept(student_row, teacher_row);
    RowDistillation<A> distillation(tier, student_row, teacher_row, label, numbers);
    distillation.measure(tier, student_row, teacher_row, 1, [](auto, const Batch<A>&, const Batch<A>&) {});
    if (tier.leads()) {
      row_losses[row] = distillation.loss();
    }
  });
}

}  // namespace logitops

#define ENTRY(tier, Tier, dtype, T)                                                                                   \
  LOGITOPS_TIER_ENTRY(Tier)                                                                                           \
  distillation_fwd_##tier##_##dtype(logitops::Arithmetic<T>* row_losses, const T* student, const T* teacher,          \
                                    const void* labels, int64_t rows, int64_t inner, int32_t cols,                    \
                                    int64_t student_outer, int64_t student_axis, int64_t teacher_outer,               \
                                    int64_t teacher_axis, int32_t labels_are_i64, int64_t ignore_index,               \
                                    int32_t has_ignore, double inverse_temperature, int32_t divergence,               \
                                    double weight_of_p, double weight_of_q, double hard, double soft, int32_t kept) { \
    using A = logitops::Arithmetic<T>;                                                                                \
    logitops::distillation_forward<Tier, T>(                                                                          \
        row_losses, {student, student_outer, student_axis}, {teacher, teacher_outer, teacher_axis},                   \
        {labels, labels_are_i64 != 0, ignore_index, has_ignore != 0}, LOGITOPS_SHAPE,                                 \
        logitops::DistillationNumbers<A>{static_cast<A>(inverse_temperature),                                         \
                                         {static_cast<logitops::DivergenceKind>(divergence),                          \
                                          static_cast<A>(weight_of_p), static_cast<A>(weight_of_q)},                  \
                                         static_cast<A>(hard),                                                        \
                                         static_cast<A>(soft)});                                                      \
  }

LOGITOPS_EACH_TIER_AND_DTYPE(ENTRY)
