// cross_entropy: what its three directions share: the pass over a row that row_losses.cuh makes a loss of, and
//
//   gradient_j = (p_j (S + 2 lambda lse r) - T_j) slope_j a,   slope_j = 1 - (z_j / c)^2, or 1 without a cap
//
// r = 1, but for MEAN: the losses are divided by a sum of weights W, the z-losses by a number of rows N, and r = W / N.
#pragma once

#include "logits.cuh"
#include "row_losses.cuh"
#include "targets.cuh"

namespace logitops {

/** What every cross entropy reads. */
template <class T>
struct CrossEntropyInputs {
  Shape shape;
  Tensor<const T> x;
  Targets<T> targets;
  double logit_scale;
  double soft_cap;  // 0: none
  double z_loss;

  LOGITOPS_DEVICE Logits<Arithmetic<T>> logits() const { return {logit_scale, soft_cap}; }

  /** The same of a call that asks for hard labels and nothing else, which the compiler then knows. */
  LOGITOPS_DEVICE CrossEntropyInputs plain() const {
    CrossEntropyInputs inputs = *this;
    inputs.targets = targets.plain();
    inputs.logit_scale = 1;
    inputs.soft_cap = 0;
    inputs.z_loss = 0;
    return inputs;
  }
};

/** What one pass over a row's logits tells. */
template <class A, class Target>
class RowLoss {
 public:
  /** Reads the row once. All that is read of it before gradients may overwrite it is read here. */
  template <class Tier, class X>
  LOGITOPS_DEVICE RowLoss(Tier& tier, X x_row, const Logits<A>& logits, const Target& target,
                          const RowOutputs<A>& asked)
      : target_(target), unit_(logits.unit()), exp_sum_(logits.unit(), asked.entropy != nullptr) {
    const bool label_here = target.label_column != kNoClass;
    sums_.label_logit = tier.leads() && label_here ? logits.of(widen(*x_row.at(target.label_column))) : A(0);
    const bool spreads = target.counted && target.spreads();
    const bool wants_best = asked.argmax != nullptr;
    SpreadSums<A> spread{logits.unit()};
    Best<A> best = Best<A>::none();
    Best<A> best_target = Best<A>::none();
    tier.each_fragment([&](auto columns) {
      Fragment<A> v;
      x_row.load(columns, A(-INFINITY), v);
      if (wants_best) {
        best.add(columns, v);
        if (target.given) {
          Fragment<A> q;
          target.probabilities.load(columns, A(-INFINITY), q);
          best_target.add(columns, q);
        }
      }
      logits.apply(columns, v);
      exp_sum_.add(v);
      if (spreads) {
        Fragment<A> t;
        target.spread(columns, t);
        spread.move_to(exp_sum_.shift());
        spread.add(t, v);
      }
    });
    // The first reduction closes the hazard of in-place gradients: the leader's read of the label's logit
    // against the write of the thread that owns that column.
    exp_sum_.gather(tier);
    sums_.statistic = exp_sum_.statistic();
    spread.move_to(exp_sum_.shift());
    sums_.spread = spreads ? tier.sum(spread.targets) : A(0);
    sums_.spread_logits = spreads ? tier.sum(spread.logits) : A(0);
    if (wants_best) {
      argmax_ = static_cast<uint32_t>(tier.best(best).column);
      wanted_ = target.given ? static_cast<uint32_t>(tier.best(best_target).column) : target.label_column;
    }
  }

  /** The label's logit in it is right for the leader alone. */
  LOGITOPS_DEVICE const RowSums<A>& sums() const { return sums_; }

  /** All that is asked for. */
  LOGITOPS_DEVICE void write(const RowOutputs<A>& to, int64_t row, A z_loss) const {
    to.write_losses(row, target_, sums_, unit_, z_loss);
    RowOutputs<A>::write(to.argmax, row, static_cast<int32_t>(argmax_));
    RowOutputs<A>::write(to.correct, row, target_.counted && argmax_ == wanted_ ? 1 : 0);
    RowOutputs<A>::write(to.entropy, row, exp_sum_.entropy());
  }

 private:
  Target target_;
  A unit_;
  RowSums<A> sums_;
  uint32_t argmax_ = 0;
  uint32_t wanted_ = 0;
  ExpSum<A> exp_sum_;
};

/** What a row's gradient is made of beside p, T and the slope of the logits. */
template <class A>
struct LossGradient {
  const double* divisors;  // W and N of MEAN; null for 1 each
  GradScale<A> scale;

  /** What p is multiplied by: S + 2 lambda lse r. */
  LOGITOPS_DEVICE double of_probability(A target_sum, const RowStatistic<A>& statistic, A unit, double z_loss) const {
    if (z_loss == 0) {
      return target_sum;
    }
    const double ratio = divisors == nullptr ? 1 : divisors[0] / divisors[1];
    const double lse = static_cast<double>(unit) * statistic.shift() + statistic.log_sum();
    return 2 * z_loss * ratio * lse + target_sum;
  }

  /** A power of 2 that brings what p is multiplied by, and targets with it, to where A has digits on either side. */
  LOGITOPS_DEVICE static A shrink(double of_probability) {
    const double size = fabs(of_probability);
    return size > 0x1p60 ? 0x1p-60 : size < 0x1p-60 && size != 0 ? 0x1p60 : 1;
  }
};

/** dx = (p of_probability - T) slope factor; the logit scale is in the factor. */
template <class Tier, class X, class DX, class T, class A, class Target>
LOGITOPS_DEVICE void write_gradient(const Tier& tier, DX dx_row, X x_row, const CrossEntropyInputs<T>& a,
                                    const Logits<A>& logits, const Target& target, const RowStatistic<A>& statistic,
                                    A target_sum, const LossGradient<A>& gradient, int64_t row) {
  const RowSoftmax<A> softmax(statistic, logits.unit());
  const double exact = gradient.of_probability(target_sum, statistic, logits.unit(), a.z_loss);
  const A shrink = LossGradient<A>::shrink(exact);
  const A of_probability = static_cast<A>(exact * shrink);
  const A peak = target.peak * shrink;
  const RowFactor<A> factor = gradient.scale.factor(row, a.logit_scale / shrink, gradient.divisors);
  tier.each_fragment([&](auto columns) {
    Fragment<A> v;
    x_row.load(columns, A(0), v);
    logits.apply(columns, v);
    Fragment<A> t = {};
    if (target.spreads()) {
      target.spread(columns, t);
#pragma unroll
      for (int k = 0; k < kFragment<A>; k++) {
        t[k] *= shrink;
      }
    }
    Fragment<A> dx;
#pragma unroll
    for (int k = 0; k < kFragment<A>; k++) {
      const A t_k = columns[k] == target.label_column ? t[k] + peak : t[k];
      dx[k] = fused(softmax.p(v[k]), of_probability, -t_k);
    }
    if (logits.capped()) {
#pragma unroll
      for (int k = 0; k < kFragment<A>; k++) {
        dx[k] *= logits.slope(v[k]);
      }
    }
    factor.multiply(dx);
    dx_row.store(columns, dx);
  });
}

}  // namespace logitops
