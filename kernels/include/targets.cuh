// targets: what a row's label or its given probabilities ask for. With e the smoothing, w the class weights, y the
// label and q the probabilities
//
//   T_j = w_j ((1 - e) [j = y] + e / cols)         or         w_j ((1 - e) q_j + e / cols)
//
// T_j is kept in two parts: peak, which the label has alone, and spread, which every class has: e / cols, and the
// probabilities if they are given. Without either it is 0 throughout and not looked at; then no weight but the label's
// is read, so no other can matter, be it NaN.
#pragma once

#include "entries.cuh"
#include "labels.cuh"

namespace logitops {

/** A column that no row has. */
constexpr uint32_t kNoColumn = UINT32_MAX;

/** What one row asks for; Q is its row of probabilities. A row that is neither ignored nor counted has a bad label. */
template <class A, class Q>
struct Target {
  bool ignored;
  bool counted;
  bool given;        // as probabilities, not by a label
  uint32_t label;    // kNoColumn if not counted or given as probabilities
  A peak;            // (1 - e) w_y
  A sharp;           // 1 - e: what a probability counts for
  A even;            // e / cols
  const A* weights;  // null: 1 each
  Q probabilities;

  /** For counted rows: whether there is a spread. */
  LOGITOPS_DEVICE bool spreads() const { return given || even != 0; }

  /** The spread of a batch of classes; 0 past the end of the row. */
  template <uint32_t kStep>
  LOGITOPS_DEVICE void spread(Columns<kStep> columns, Batch<A>& t) const {
#pragma unroll
    for (int k = 0; k < kBatch<A>; k++) {
      t[k] = 0;
    }
    if (given) {
      probabilities.load(columns, A(0), t);
    }
#pragma unroll
    for (int k = 0; k < kBatch<A>; k++) {
      t[k] = columns.holds(k) ? fused(sharp, t[k], even) : A(0);
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

/** The targets of all rows, and what the call says of them. */
template <class T>
struct Targets {
  using A = Arithmetic<T>;

  const void* labels;
  bool labels_are_i64;
  Tensor<const T> probabilities;  // used if there are no labels
  const A* weights;
  int64_t ignore_index;
  bool has_ignore;
  A smoothing;
  uint32_t cols;

  template <class Tier>
  LOGITOPS_DEVICE auto of(const Tier& tier, int64_t row) const {
    const auto probabilities_row = tier.row(probabilities, row);
    Target<A, decltype(probabilities_row)> target{
        false, true, true, kNoColumn, 0, 1 - smoothing, smoothing / static_cast<A>(cols), weights, probabilities_row};
    if (labels != nullptr) {
      const int64_t label = label_of(labels, labels_are_i64, row);
      target.given = false;
      target.ignored = has_ignore && label == ignore_index;
      target.counted = !target.ignored && label >= 0 && label < cols;
      if (target.counted) {
        target.label = static_cast<uint32_t>(label);
        target.peak = target.sharp * (weights == nullptr ? A(1) : weights[label]);
      }
    }
    return target;
  }
};

}  // namespace logitops
