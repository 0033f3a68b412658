// distillation: what its two directions share. With P and Q the softmax of teacher / T and student / T, p that of the
// student at temperature 1, y the row's label, a and b the weights of P and Q and M = a P + b Q
//
//   KL               D = KL(P || Q)                       dD/dz_j = Q_j - P_j
//   reverse KL       D = KL(Q || P)                       dD/dz_j = Q_j (log Q_j - log P_j - D)
//   Jensen-Shannon   D = a KL(P || M) + b KL(Q || M)      dD/dz_j = b Q_j (log Q_j - log M_j - K)
//
// with z = student / T, K = KL(Q || M), and 0 log 0 = 0. The second gradient is the third with M replaced by P and a
// weight of 1: see divergence.cuh.
//
//   loss       = hard (- log p_y) + soft D
//   gradient_j = hard (p_j - [j = y]) + soft / T dD/dz_j
#pragma once

#include "divergence.cuh"
#include "labels.cuh"
#include "log_prob.cuh"

namespace logitops {

/** The numbers of a call, in what it is computed in. */
template <class A, DivergenceKind kKind>
struct DistillationNumbers {
  A inverse_temperature;
  Divergence<A, kKind> divergence;
  A hard;
  A soft;  // with T^2 in it if that is asked for
};

/** What the passes over a row that counts tell of its loss and gradient. */
template <class A, DivergenceKind kKind>
class RowDistillation {
  using Numbers = DistillationNumbers<A, kKind>;

 public:
  /** Whether Q - P is the divergence's gradient, which is then known as soon as P and Q are. */
  static constexpr bool kIsKl = kKind == DivergenceKind::kKl;

  /** Reads the student's and the teacher's row once. */
  template <class Tier, class X>
  LOGITOPS_DEVICE RowDistillation(Tier& tier, X student, X teacher, RowLabel label, Numbers numbers)
      : numbers_(numbers),
        label_(label.label),
        // By the thread that has it, as the gradient may go over the student's logits.
        label_logit_(numbers.hard != 0 && tier.has(label.label) ? widen(*student.at(label.label)) : A(0)),
        sums_(tier, student, teacher, numbers),
        p_(sums_.plain.statistic()),
        of_student_(sums_.student.statistic(), numbers.inverse_temperature),
        of_teacher_(sums_.teacher.statistic(), numbers.inverse_temperature) {}

  /**
   * Reads both again for D and K, `passes` times; calls write(columns, x, dD/dz) with each fragment of the last pass. One
   * pass gives the loss, and the gradient of KL(P || Q); the other divergences' gradients need K before, and so two.
   */
  template <class Tier, class X, class F>
  LOGITOPS_DEVICE void measure(Tier& tier, X student, X teacher, int passes, F write) {
#pragma unroll 1
    for (int pass = 0; pass < passes; pass++) {
      Compensated<A> divergence, of_q, drift;
      tier.each_fragment_of(pass > 0, [&](auto columns) {
        Fragment<A> x, u, v, w, slope;
        student.load(columns, A(-INFINITY), x);
        teacher.load(columns, A(-INFINITY), u);
#pragma unroll
        for (int k = 0; k < kFragment<A>; k++) {
          const A p = of_teacher_.p(u[k]);
          const A q = of_student_.p(x[k]);
          const auto share = numbers_.divergence.share(p, q, of_student_.log_ratio(x[k], of_teacher_, u[k]));
          slope[k] = divergence_gradient(p, q, share.log_ratio);
          u[k] = share.divergence;
          v[k] = share.of_q;
          w[k] = share.drift;
        }
        divergence.add(fragment_sum<A>(u));
        drift.add(fragment_sum<A>(w));
        if (!kIsKl) {
          of_q.add(fragment_sum<A>(v));
        }
        if (pass == passes - 1) {
          write(columns, x, slope);
        }
      });
      if (pass == 0) {
        divergence_ = numbers_.divergence.total(tier.sum(divergence), tier.sum(drift));
        of_q_ = kIsKl ? A(0) : tier.sum(of_q);
      }
    }
  }

  /** Adds to soft dD/dz, of a fragment of the student's logits x, the gradient of hard (- log p_y). */
  template <class Columns>
  LOGITOPS_DEVICE void add_hard(Columns columns, const Fragment<A>& x, A soft, Fragment<A>& slope) const {
#pragma unroll
    for (int k = 0; k < kFragment<A>; k++) {
      const A of_label = p_.p(x[k]) - (columns[k] == label_ ? A(1) : A(0));
      slope[k] = fused(numbers_.hard, of_label, weighted(soft, slope[k]));
    }
  }

  /** Whether this thread writes the row's loss: the one that has the label, if it matters. */
  template <class Tier>
  LOGITOPS_DEVICE bool writes(const Tier& tier) const {
    return numbers_.hard != 0 ? tier.has(label_) : tier.leads();
  }

  /** The row's loss; only in the thread that writes it. */
  LOGITOPS_DEVICE A loss() const {
    const A soft = weighted(numbers_.soft, divergence_);
    return numbers_.hard == 0 ? soft : soft - numbers_.hard * p_.log_p(label_logit_);
  }

 private:
  /** The sums of exponentials of one pass. */
  struct Sums {
    template <class Tier, class X>
    LOGITOPS_DEVICE Sums(Tier& tier, X student_row, X teacher_row, Numbers numbers)
        : teacher(numbers.inverse_temperature), student(numbers.inverse_temperature) {
      tier.each_fragment([&](auto columns) {
        Fragment<A> v;
        teacher_row.load(columns, A(-INFINITY), v);
        teacher.add(columns, v);
        student_row.load(columns, A(-INFINITY), v);
        student.add(columns, v);
        if (numbers.hard != 0) {
          plain.add(columns, v);
        }
      });
      teacher.gather(tier);
      student.gather(tier);
      if (numbers.hard != 0) {
        plain.gather(tier);
      }
    }

    ExpSum<A> teacher, student, plain;
  };

  /** dD/dz_j. An infinite D has no gradient but for KL(P || Q): NaN. */
  LOGITOPS_DEVICE A divergence_gradient(A p, A q, A log_ratio) const {
    if (kIsKl) {
      return q - p;
    }
    const A excess = is_finite(of_q_) ? of_q_ : A(NAN);
    return numbers_.divergence.weight_of_q * (q * ((q == 0 ? A(0) : -log_ratio) - excess));
  }

  Numbers numbers_;
  uint32_t label_;
  A label_logit_;
  Sums sums_;
  RowSoftmax<A> p_, of_student_, of_teacher_;
  A divergence_ = 0;  // D
  A of_q_ = 0;        // K; unless it is KL
};

}  // namespace logitops
