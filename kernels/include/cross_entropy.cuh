// cross_entropy: what its three directions share. With e the smoothing, w the class weights and y the row's label
//
//   T_j        = w_j ((1 - e) [j = y] + e / cols)         the target of class j
//   S          = sum_j T_j
//   loss       = S lse - sum_j T_j x_j
//   gradient_j = p_j S - T_j
//
// T_j is kept in two parts: peak, which the label has alone, and spread, which every class has and which is 0
// throughout without smoothing. Then no weight but the label's is read, so no other can matter, be it NaN.
#pragma once

#include "entries.cuh"

namespace logitops {

/** What the label of one row asks for. A row that is neither ignored nor counted has a bad label. */
template <class A>
struct Target {
  bool ignored;
  bool counted;
  uint32_t label;    // below cols if counted, 0 if not
  A peak;            // (1 - e) w_y
  A even;            // e / cols; 0 for rows that are not counted
  const A* weights;  // null: 1 each

  LOGITOPS_DEVICE bool smooths() const { return even != 0; }

  /** The spread of a batch of classes; 0 past the end of the row. */
  template <uint32_t kStep>
  LOGITOPS_DEVICE void spread(Columns<kStep> columns, Batch<A>& t) const {
#pragma unroll
    for (int k = 0; k < kBatch<A>; k++) {
      t[k] = columns.holds(k) ? even : A(0);
    }
    if (weights != nullptr) {
      Batch<A> w;
      Row<const A, true>{weights, 1}.load(columns, A(0), w);
#pragma unroll
      for (int k = 0; k < kBatch<A>; k++) {
        t[k] *= w[k];
      }
    }
  }
};

/** The labels and what the call says of targets. */
template <class A, class L>
struct Targets {
  const L* labels;
  const A* weights;
  int64_t ignore_index;
  bool has_ignore;
  A smoothing;
  uint32_t cols;

  LOGITOPS_DEVICE Target<A> of(int64_t row) const {
    const int64_t label = labels[row];  // compared with 64 bits, before it becomes an index
    Target<A> target{};
    target.ignored = has_ignore && label == ignore_index;
    target.counted = !target.ignored && label >= 0 && label < cols;
    target.weights = weights;
    if (target.counted) {
      target.label = static_cast<uint32_t>(label);
      target.peak = (1 - smoothing) * (weights == nullptr ? A(1) : weights[label]);
      target.even = smoothing / static_cast<A>(cols);
    }
    return target;
  }
};

/** What one pass over a row's logits tells of its loss. */
template <class A>
class RowLoss {
 public:
  /** Reads the row once. All that is read of it before gradients may overwrite it is read here. */
  template <class Tier, class X>
  LOGITOPS_DEVICE RowLoss(Tier& tier, X x_row, const Target<A>& target) : target_(target) {
    label_logit_ = tier.leads() && target.counted ? widen(*x_row.at(target.label)) : A(0);
    Compensated<A> spread, spread_logits;
    tier.template each_batch<A>([&](auto columns) {
      Batch<A> v;
      x_row.load(columns, A(-INFINITY), v);
      exp_sum_.add(v);
      if (target.smooths()) {
        Batch<A> t;
        target.spread(columns, t);
        spread.add(batch_sum<A>(t));
#pragma unroll
        for (int k = 0; k < kBatch<A>; k++) {
          v[k] = weighted(t[k], v[k]);
        }
        spread_logits.add(batch_sum<A>(v));
      }
    });
    // The first barrier of these closes the hazard of in-place gradients: the leader's read of the label's logit
    // against the write of the thread that owns that column.
    exp_sum_.gather(tier);
    if (target.smooths()) {
      spread_ = tier.sum(spread);
      spread_logits_ = tier.sum(spread_logits);
    }
  }

  LOGITOPS_DEVICE const ExpSum<A>& exp_sum() const { return exp_sum_; }

  /** S; for counted rows. */
  LOGITOPS_DEVICE A target_sum() const { return target_.peak + spread_; }

  /** The lse as it is; the loss 0 for an ignored row, NaN for a bad label or an lse that is not finite. */
  template <class Tier>
  LOGITOPS_DEVICE void write(const Tier& tier, A* row_loss, A* row_lse) const {
    if (tier.leads()) {
      const A log_sum = logarithm(exp_sum_.sum());
      const A lse = exp_sum_.shift() + log_sum;
      A loss = weighted(target_.peak, log_sum - (label_logit_ - exp_sum_.shift()));
      if (target_.smooths()) {
        loss += fused(spread_, lse, -spread_logits_);
      }
      *row_loss = target_.ignored ? A(0) : target_.counted && exp_sum_.regular() ? loss : A(NAN);
      *row_lse = lse;
    }
  }

 private:
  /** 0 without a target, even where the probability is 0 and its logarithm infinite. */
  LOGITOPS_DEVICE static A weighted(A t, A value) { return t == 0 ? A(0) : t * value; }

  Target<A> target_;
  A label_logit_;
  A spread_ = 0;
  A spread_logits_ = 0;
  ExpSum<A> exp_sum_;
};

/** What a row's gradient is multiplied by. */
template <class A>
LOGITOPS_DEVICE A gradient_factor(double scale, const A* row_scale, const double* divisor, int64_t row) {
  const A factor = static_cast<A>(scale) * (row_scale == nullptr ? A(1) : row_scale[row]);
  if (divisor == nullptr) {
    return factor;
  }
  return *divisor == 0 ? A(NAN) : factor / static_cast<A>(*divisor);
}

/** dx = (p S - T) * factor with p = exp(x - shift) * inverse_sum; a NaN for the shift makes the row NaN. */
template <class Tier, class X, class DX, class A>
LOGITOPS_DEVICE void write_gradient(const Tier& tier, DX dx_row, X x_row, const Target<A>& target, A target_sum,
                                    A shift, A inverse_sum, A factor) {
  tier.template each_batch<A>([&](auto columns) {
    Batch<A> v;
    x_row.load(columns, A(0), v);
    Batch<A> t = {};
    if (target.smooths()) {
      target.spread(columns, t);
    }
#pragma unroll
    for (int k = 0; k < kBatch<A>; k++) {
      const A p = exponential(v[k] - shift) * inverse_sum;
      const A t_k = columns[k] == target.label ? t[k] + target.peak : t[k];
      v[k] = fused(p, target_sum, -t_k) * factor;
    }
    dx_row.store(columns, v);
  });
}

/** dx = 0, without a look at the logits: of ignored rows and of those with a bad label. */
template <class A, class Tier, class DX>
LOGITOPS_DEVICE void write_zeros(const Tier& tier, DX dx_row) {
  const Batch<A> zeros = {};
  tier.template each_batch<A>([&](auto columns) { dx_row.store(columns, zeros); });
}

}  // namespace logitops
