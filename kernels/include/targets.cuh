// targets: what a row's label or its given probabilities ask for. With e the smoothing, w the class weights, y the
// label and q the probabilities
//
//   T_j = w_j ((1 - e) [j = y] + e / classes)         or         w_j ((1 - e) q_j + e / classes)
//
// T_j is kept in two parts: peak, which the label has alone, and spread, which every class has: e / classes, and the
// probabilities if they are given. Without either it is 0 throughout and not looked at; then no weight but the label's
// is read, so no other can matter, be it NaN.
//
// Columns are classes first, first + 1, ...: all of them, or those of one device's shard.
#pragma once

#include "entries.cuh"
#include "labels.cuh"

namespace logitops {

/** What one row asks for; Q is its row of probabilities, W that of weights. */
template <class A, CallKind kOfCall, class Q, class W>
struct Target : LabelTarget<A> {
  static constexpr CallKind kKind = kOfCall;

  uint32_t label_column;  // kNoClass if the label is not among the columns
  W weights;              // of the columns; null: 1 each
  Q probabilities;

  /** The spread of the label's column, which is here. */
  LOGITOPS_DEVICE A spread_of_label() const {
    return weights.first == nullptr ? this->even : weighted(this->even, *weights.at(label_column));
  }

  /** The spread of a fragment of columns; 0 past the end of the row. */
  template <class Columns>
  LOGITOPS_DEVICE void spread(Columns columns, Fragment<A>& t) const {
#pragma unroll
    for (int k = 0; k < kFragment<A>; k++) {
      t[k] = 0;
    }
    if (this->given) {
      probabilities.load(columns, A(0), t);
    }
#pragma unroll
    for (int k = 0; k < kFragment<A>; k++) {
      t[k] = columns.holds(k) ? fused(this->sharp, t[k], this->even) : A(0);
    }
    if (weights.first != nullptr) {
      Fragment<A> w;
      weights.load(columns, A(0), w);
#pragma unroll
      for (int k = 0; k < kFragment<A>; k++) {
        t[k] = weighted(t[k], w[k]);
      }
    }
  }
};

/** The targets of all rows. */
template <class T, CallKind kKind = CallKind::kAny>
struct Targets {
  using A = Arithmetic<T>;

  Labels<A> labels;
  Tensor<const T> probabilities;  // used if there are no labels

  template <CallKind kKnown>
  LOGITOPS_DEVICE Targets<T, kKnown> known() const {
    if constexpr (kKnown == CallKind::kAny) {
      return *this;
    } else {
      __builtin_assume(labels.labels.labels != nullptr);
      return {{labels.labels, labels.weights, labels.sharp, labels.even, labels.classes, 0}, {nullptr, 0, 0}};
    }
  }

  /** Of a row of so many columns. */
  template <class Tier>
  LOGITOPS_DEVICE auto of(const Tier& tier, int64_t row, uint32_t cols) const {
    return target(tier, row, cols, tier.row(probabilities, row));
  }

  /** For kernels that look at probabilities again for the gradient. */
  template <class Tier>
  LOGITOPS_DEVICE auto keep(const Tier& tier, int64_t row, uint32_t cols) const {
    return target(tier, row, cols, tier.template keep<1>(probabilities, row, A(0)));
  }

 private:
  template <class Tier, class Q>
  LOGITOPS_DEVICE auto target(const Tier& tier, int64_t row, uint32_t cols, Q probabilities_row) const {
    const LabelTarget<A> target = labels.of(row);
    // What is before the first column wraps to beyond the last.
    const bool here = target.label != kNoClass && target.label - labels.first < cols;
    auto weights_row =
        tier.per_column(kKind != CallKind::kAny || labels.weights == nullptr ? nullptr : labels.weights + labels.first);
    return Target<A, kKind, Q, decltype(weights_row)>{target, here ? target.label - labels.first : kNoClass,
                                                      weights_row, probabilities_row};
  }
};

}  // namespace logitops
