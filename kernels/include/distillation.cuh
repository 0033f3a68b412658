// distillation: what its two directions share. With P and Q the softmax of teacher / T and student / T, p that of the
// student at temperature 1, y the row's label and M = beta P + (1 - beta) Q
//
//   beta = 0   D = KL(P || Q)                                     dD/dz_j = Q_j - P_j
//   beta = 1   D = KL(Q || P)                                     dD/dz_j = Q_j (log Q_j - log P_j - D)
//   between    D = beta KL(P || M) + (1 - beta) KL(Q || M)        dD/dz_j = (1 - beta) Q_j (log Q_j - log M_j - K)
//
// with z = student / T, K = KL(Q || M), and 0 log 0 = 0. The first two are the last with M replaced by Q or P and
// weights of 1, so there is one path for all three: see log_mixture.
//
//   loss       = hard (- log p_y) + soft D
//   gradient_j = hard (p_j - [j = y]) + soft / T dD/dz_j
#pragma once

#include "labels.cuh"
#include "log_prob.cuh"

namespace logitops {

/** The numbers of a call. */
template <class A>
struct DistillationNumbers {
  A inverse_temperature;
  A beta;
  A hard;
  A soft;  // with T^2 in it if that is asked for
};

/** A class's probability and its logarithm. */
template <class A>
struct ProbabilityAndLog {
  A p;
  A log;
};

/** The softmax of scale * x; a row whose lse is not finite is NaN throughout. */
template <class A>
class ScaledSoftmax {
 public:
  LOGITOPS_DEVICE ScaledSoftmax(const ExpSum<A>& row, A scale)
      : scale_(scale),
        unit_(exponent_unit(scale)),
        shift_(row.regular() ? row.shift() : A(NAN)),
        log_sum_(logarithm(row.sum())),
        inverse_sum_(1 / row.sum()) {}

  LOGITOPS_DEVICE ProbabilityAndLog<A> operator()(A x) const {
    return {exponential(x - shift_, unit_) * inverse_sum_, fused(scale_, x - shift_, -log_sum_)};
  }

 private:
  A scale_;
  A unit_;
  A shift_;
  A log_sum_;
  A inverse_sum_;
};

/** What the passes over a row that counts tell of its loss and gradient. */
template <class A>
class RowDistillation {
 public:
  /** Reads the student's and the teacher's row once. */
  template <class Tier, class X>
  LOGITOPS_DEVICE RowDistillation(Tier& tier, X student, X teacher, RowLabel label, DistillationNumbers<A> numbers)
      : numbers_(numbers),
        label_(label.label),
        // In a register before the first barrier: the gradient may go over the student's logits.
        label_logit_(tier.leads() && numbers.hard != 0 ? widen(*student.at(label.label)) : A(0)),
        sums_(tier, student, teacher, numbers),
        p_(sums_.plain, A(1)),
        of_student_(sums_.student, numbers.inverse_temperature),
        of_teacher_(sums_.teacher, numbers.inverse_temperature) {}

  /** Whether Q - P is the divergence's gradient, which is then known as soon as P and Q are. */
  LOGITOPS_DEVICE bool is_kl() const { return numbers_.beta == 0; }

  /**
   * Reads both again for D and K, `passes` times; calls write(columns, gradients) with each batch of the last pass. One
   * pass gives the loss, and the gradient of KL(P || Q); the other divergences' gradients need K before, and so two.
   */
  template <class Tier, class X, class F>
  LOGITOPS_DEVICE void measure(Tier& tier, X student, X teacher, int passes, F write) {
#pragma unroll 1
    for (int pass = 0; pass < passes; pass++) {
      Compensated<A> of_p, of_q;
      tier.template each_batch<A>([&](auto columns) {
        Batch<A> x, u, v;
        student.load(columns, A(-INFINITY), x);
        teacher.load(columns, A(-INFINITY), u);
#pragma unroll
        for (int k = 0; k < kBatch<A>; k++) {
          const ProbabilityAndLog<A> p = of_teacher_(u[k]);
          const ProbabilityAndLog<A> q = of_student_(x[k]);
          const A log_m = log_mixture(p, q);
          x[k] = gradient(x[k], divergence_gradient(p, q, log_m), columns[k]);
          u[k] = p.p == 0 ? A(0) : p.p * (p.log - log_m);
          v[k] = q.p == 0 ? A(0) : q.p * (q.log - log_m);
        }
        of_p.add(batch_sum<A>(u));
        of_q.add(batch_sum<A>(v));
        if (pass == passes - 1) {
          write(columns, x);
        }
      });
      if (pass == 0) {
        from_p_ = tier.sum(of_p);
        from_q_ = tier.sum(of_q);
      }
    }
  }

  /** The row's loss; only in the thread that leads. */
  LOGITOPS_DEVICE A loss() const {
    const A divergence = fused(is_kl() ? A(1) : numbers_.beta, from_p_, weight_of_q() * from_q_);
    const A soft = weighted(numbers_.soft, divergence);
    return numbers_.hard == 0 ? soft : soft - numbers_.hard * p_(label_logit_).log;
  }

 private:
  /** The sums of exponentials of one pass. */
  struct Sums {
    template <class Tier, class X>
    LOGITOPS_DEVICE Sums(Tier& tier, X student_row, X teacher_row, DistillationNumbers<A> numbers)
        : teacher(numbers.inverse_temperature), student(numbers.inverse_temperature) {
      tier.template each_batch<A>([&](auto columns) {
        Batch<A> v;
        teacher_row.load(columns, A(-INFINITY), v);
        teacher.add(v);
        student_row.load(columns, A(-INFINITY), v);
        student.add(v);
        if (numbers.hard != 0) {
          plain.add(v);
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
  LOGITOPS_DEVICE A divergence_gradient(ProbabilityAndLog<A> p, ProbabilityAndLog<A> q, A log_m) const {
    if (is_kl()) {
      return q.p - p.p;
    }
    const A excess = is_finite(from_q_) ? from_q_ : A(NAN);
    return weight_of_q() * (q.p * ((q.p == 0 ? A(0) : q.log - log_m) - excess));
  }

  /** The gradient with respect to the student's logit, from dD/dz_j. */
  LOGITOPS_DEVICE A gradient(A student, A divergence_gradient, uint32_t column) const {
    const A soft = weighted(numbers_.soft * numbers_.inverse_temperature, divergence_gradient);
    return numbers_.hard == 0 ? soft : fused(numbers_.hard, p_(student).p - (column == label_ ? A(1) : A(0)), soft);
  }

  /** log M_j; of the plain divergences, the logarithm of the other side. */
  LOGITOPS_DEVICE A log_mixture(ProbabilityAndLog<A> p, ProbabilityAndLog<A> q) const {
    if (is_kl()) {
      return q.log;
    }
    return numbers_.beta == 1 ? p.log : logarithm(fused(numbers_.beta, p.p, (1 - numbers_.beta) * q.p));
  }

  LOGITOPS_DEVICE A weight_of_q() const { return numbers_.beta == 1 ? A(1) : 1 - numbers_.beta; }

  DistillationNumbers<A> numbers_;
  uint32_t label_;
  A label_logit_;
  Sums sums_;
  ScaledSoftmax<A> p_, of_student_, of_teacher_;
  A from_p_ = 0;  // sum P (log P - log M)
  A from_q_ = 0;  // sum Q (log Q - log M)
};

/** What a row without labels gives: every row counts. */
LOGITOPS_DEVICE RowLabel row_label(const ClassLabels& labels, int64_t row, uint32_t cols) {
  return labels.labels == nullptr ? RowLabel{false, true, 0} : labels.of(row, cols);
}

}  // namespace logitops
