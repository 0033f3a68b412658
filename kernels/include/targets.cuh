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

/** What one row asks for; Q is its row of probabilities. */
template <class A, class Q>
struct Target : LabelTarget<A> {
  uint32_t label_column;  // kNoClass if the label is not among the columns
  const A* weights;       // of the columns; null: 1 each
  Q probabilities;

  /** The spread of a batch of columns; 0 past the end of the row. */
  template <uint32_t kStep>
  LOGITOPS_DEVICE void spread(Columns<kStep> columns, Batch<A>& t) const {
#pragma unroll
    for (int k = 0; k < kBatch<A>; k++) {
      t[k] = 0;
    }
    if (this->given) {
      probabilities.load(columns, A(0), t);
    }
#pragma unroll
    for (int k = 0; k < kBatch<A>; k++) {
      t[k] = columns.holds(k) ? fused(this->sharp, t[k], this->even) : A(0);
    }
    if (weights != nullptr) {
      Batch<A> w;
      Row<const A, true>{weights, 1}.load(columns, A(0), w);
#pragma unroll
      for (int k = 0; k < kBatch<A>; k++) {
        t[k] = weighted(t[k], w[k]);
      }
    }
  }
};

/** The targets of all rows. */
template <class T>
struct Targets {
  using A = Arithmetic<T>;

  Labels<A> labels;
  Tensor<const T> probabilities;  // used if there are no labels
  uint32_t first;
  uint32_t cols;

  template <class Tier>
  LOGITOPS_DEVICE auto of(const Tier& tier, int64_t row) const {
    const LabelTarget<A> target = labels.of(row);
    const auto probabilities_row = tier.row(probabilities, row);
    // What is before the first column wraps to beyond the last.
    const bool here = target.label != kNoClass && target.label - first < cols;
    const A* weights = labels.weights == nullptr ? nullptr : labels.weights + first;
    return Target<A, decltype(probabilities_row)>{target, here ? target.label - first : kNoClass, weights,
                                                  probabilities_row};
  }
};

}  // namespace logitops
