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
template <class T, CallKind kKind = CallKind::kAny>
struct CrossEntropyInputs {
  Shape shape;
  Tensor<const T> x;
  Targets<T, kKind> targets;
  double logit_scale;
  double soft_cap;  // 0: none
  double z_loss;

  LOGITOPS_DEVICE Logits<Arithmetic<T>> logits() const { return {logit_scale, kKind == CallKind::kAny ? soft_cap : 0}; }

  template <CallKind kKnown>
  LOGITOPS_DEVICE CrossEntropyInputs<T, kKnown> known() const {
    return {shape, x, targets.template known<kKnown>(), logit_scale, kKnown == CallKind::kAny ? soft_cap : 0, z_loss};
  }
};

/** The label's v, for the thread that has it; else 0. Read before gradients are written, which may lie where it does. */
template <class Tier, class X, class A, class Target>
LOGITOPS_DEVICE A label_logit(const Tier& tier, const X& x_row, const Logits<A>& logits, const Target& target) {
  const bool has = target.label_column != kNoClass && tier.has(target.label_column);
  return has ? logits.of(widen(*x_row.at(target.label_column))) : A(0);
}

/** What one pass over a row's logits tells. */
template <class A, class Target>
class RowLoss {
 public:
  /** Looks at the row once; twice where plain targets spread, as sums that few ask for would take registers from all. All
   * that is read of it before gradients may overwrite it is read here. */
  template <class Tier, class X>
  LOGITOPS_DEVICE RowLoss(Tier& tier, X& x_row, const Logits<A>& logits, const Target& target,
                          const RowOutputs<A>& asked)
      : target_(target), unit_(logits.unit()), exp_sum_(logits.unit()) {
    sums_.label_logit = label_logit(tier, x_row, logits, target);
    if constexpr (Target::kKind == CallKind::kPlain) {
      exp_sum_.add_row(tier, x_row);
      sums_.statistic = exp_sum_.statistic();
      if (Tier::kVectors > 0 && target.spreads()) {
        sums_.spread = static_cast<A>(static_cast<double>(target.even) * tier.cols());
        sums_.spread_logits = target.even * unit_ * logit_sum(tier, x_row, exp_sum_.shift());
      }
    } else {
      if (asked.entropy != nullptr) {
        exp_sum_.keep_moments();
      }
      wanted_ = target.label_column;
      if (target.given && (asked.argmax != nullptr || asked.ranks != nullptr)) {
        find_largest_target(tier);
      }
      const Best<A> wanted = asked.ranks != nullptr ? wanted_logit(tier, x_row) : Best<A>::none();
      look_at_all(tier, x_row, logits, asked, wanted, target.spreads());
    }
  }

  /** The label's logit in it is right for the thread that writes alone. */
  LOGITOPS_DEVICE const RowSums<A>& sums() const { return sums_; }

  /** Whether this thread writes what there is one of per row: the one that has the label, if it is here. */
  template <class Tier>
  LOGITOPS_DEVICE bool writes(const Tier& tier) const {
    return target_.label_column == kNoClass ? tier.leads() : tier.has(target_.label_column);
  }

  /** All that is asked for. */
  LOGITOPS_DEVICE void write(const RowOutputs<A>& to, int64_t row, A z_loss) const {
    to.write_losses(row, target_, sums_, unit_, z_loss);
    RowOutputs<A>::write(to.argmax, row, static_cast<int32_t>(argmax_));
    RowOutputs<A>::write(to.correct, row, target_.counted && argmax_ == wanted_ ? 1 : 0);
    RowOutputs<A>::write(to.entropy, row, exp_sum_.entropy());
    RowOutputs<A>::write(to.ranks, row, target_.counted ? static_cast<int32_t>(rank_) : -1);
  }

 private:
  /** The largest probability is the target: a look of their own, as ranks need it before logits are looked at. */
  template <class Tier>
  LOGITOPS_DEVICE void find_largest_target(Tier& tier) {
    Best<A> best = Best<A>::none();
    each_value(tier, target_.probabilities, A(-INFINITY),
               [&](auto columns, const Fragment<A>& q) { best.add(columns, q); });
    wanted_ = static_cast<uint32_t>(tier.best(best).column);
  }

  /** The target's logit, for all threads. */
  template <class Tier, class X>
  LOGITOPS_DEVICE Best<A> wanted_logit(Tier& tier, const X& x_row) const {
    const bool has = wanted_ != kNoClass && tier.has(wanted_);
    return tier.best(has ? Best<A>{widen(*x_row.at(wanted_)), wanted_} : Best<A>::none());
  }

  /** Whatever a fragment gives, in one look at it. */
  template <class Tier, class X>
  LOGITOPS_DEVICE void look_at_all(Tier& tier, const X& x_row, const Logits<A>& logits, const RowOutputs<A>& asked,
                                   Best<A> wanted, bool spreads) {
    SpreadSums<A> spread{unit_};
    Best<A> best = Best<A>::none();
    each_value(tier, x_row, A(-INFINITY), [&](auto columns, Fragment<A>& v) {
      if (asked.argmax != nullptr) {
        best.add(columns, v);
      }
      if (asked.ranks != nullptr) {
#pragma unroll
        for (int k = 0; k < kFragment<A>; k++) {
          rank_ += Best<A>{v[k], columns[k]}.beats(wanted) ? 1 : 0;
        }
      }
      logits.apply(columns, v);
      exp_sum_.add(columns, v);
      if (spreads) {
        Fragment<A> t;
        target_.spread(columns, t);
        spread.move_to(exp_sum_.shift());
        spread.add(t, v);
      }
    });
    exp_sum_.gather(tier);
    sums_.statistic = exp_sum_.statistic();
    if (spreads) {
      spread.move_to(exp_sum_.shift());
      sums_.spread = tier.sum(spread.targets);
      sums_.spread_logits = tier.sum(spread.logits);
    }
    if (asked.argmax != nullptr) {
      argmax_ = static_cast<uint32_t>(tier.best(best).column);
    }
    if (asked.ranks != nullptr) {
      rank_ = tier.count(rank_);
    }
  }

  Target target_;
  A unit_;
  RowSums<A> sums_ = {};
  uint32_t argmax_ = 0;
  uint32_t wanted_ = 0;  // the target's column
  uint32_t rank_ = 0;  // how many columns come before it
  ExpSum<A> exp_sum_;
};

/** What gradients are made of beside p, T and the slope of the logits. */
template <class A>
struct LossGradient {
  const double* divisors;  // W, N and W / N of MEAN; null for 1 each
  GradScale<A> scale;

  /** The grad scale over W, of a row. */
  LOGITOPS_DEVICE double scale_of(int64_t row) const { return scale.of(row, divisors); }

  /** What p is multiplied by: S + 2 lambda lse r. */
  LOGITOPS_DEVICE double of_probability(A target_sum, const RowStatistic<A>& statistic, A unit, double z_loss) const {
    if (z_loss == 0) {
      return target_sum;
    }
    const double ratio = divisors == nullptr ? 1 : divisors[2];
    const double lse = static_cast<double>(unit) * statistic.shift() + statistic.log_sum();
    return 2 * z_loss * ratio * lse + target_sum;
  }

  /** A power of 2 over which what p is multiplied by, and targets with it, come to where A has digits on either side. */
  LOGITOPS_DEVICE static A unit_of(double of_probability) {
    const double size = fabs(of_probability);
    return size > 0x1p60 ? kLarge : size < 0x1p-60 && size != 0 ? kSmall : 1;
  }

  /** One over it. */
  LOGITOPS_DEVICE static A inverse(A unit) { return unit == kLarge ? kSmall : unit == kSmall ? kLarge : 1; }

 private:
  static constexpr A kLarge = 0x1p60;
  static constexpr A kSmall = 0x1p-60;
};

/** dx = (p of_probability - T) slope factor; the logit scale is in the factor. `of_label` is label_logit. */
template <class Tier, class X, class DX, class A, class Target>
LOGITOPS_DEVICE void write_gradient(const Tier& tier, DX dx_row, const X& x_row, A of_label, double logit_scale,
                                    const Logits<A>& logits, const Target& target, const RowStatistic<A>& statistic,
                                    A target_sum, const LossGradient<A>& gradient, double z_loss, double scale) {
  const double exact = gradient.of_probability(target_sum, statistic, logits.unit(), z_loss);
  const A unit = LossGradient<A>::unit_of(exact);
  const A shrink = LossGradient<A>::inverse(unit);
  const RowSoftmax<A> softmax = RowSoftmax<A>(statistic, logits.unit()).times(static_cast<A>(exact * shrink));
  const RowFactor<A> factor(scale, logit_scale * unit);
  const auto of_logit = [&](A v, A t) {
    const A dx = softmax.p_less(v, t);
    return logits.capped() ? dx * logits.slope(v) : dx;
  };
  const bool has_label = target.label_column != kNoClass && tier.has(target.label_column);
  if (has_label) {
    of_label = factor.times(of_logit(of_label, (target.peak + target.spread_of_label()) * shrink));
  }
  write_each(tier, dx_row, x_row, A(-INFINITY), [&](auto columns, Fragment<A>& v) {
    logits.apply(columns, v);
    Fragment<A> t;
    if constexpr (Target::kKind == CallKind::kPlain) {
#pragma unroll
      for (int k = 0; k < kFragment<A>; k++) {
        t[k] = target.even;
      }
    } else {
      target.spread(columns, t);
    }
#pragma unroll
    for (int k = 0; k < kFragment<A>; k++) {
      v[k] = of_logit(v[k], t[k] * shrink);
    }
    factor.multiply(v);
  });
  if (has_label) {  // over what was written there as if it were any class
    store(dx_row.at(target.label_column), of_label);
  }
}

}  // namespace logitops
