// labels: class labels of either type, and what a row's label asks for.
#pragma once

#include "row_sum.cuh"

namespace logitops {

/** A class that no row has. */
constexpr uint32_t kNoClass = UINT32_MAX;

/** A row's label in 64 bits, in which it is compared before it becomes an index. */
LOGITOPS_DEVICE int64_t label_of(const void* labels, bool labels_are_i64, int64_t row) {
  return labels_are_i64 ? static_cast<const int64_t*>(labels)[row] : static_cast<const int32_t*>(labels)[row];
}

/** What a label says. A row that is neither ignored nor counted has a bad label. */
struct RowLabel {
  bool ignored;
  bool counted;
  uint32_t label;  // kNoClass if not counted
};

/** The labels of all rows. */
struct ClassLabels {
  const void* labels;
  bool labels_are_i64;
  int64_t ignore_index;
  bool has_ignore;

  LOGITOPS_DEVICE RowLabel of(int64_t row, uint32_t classes) const {
    const int64_t label = label_of(labels, labels_are_i64, row);
    const bool ignored = has_ignore && label == ignore_index;
    const bool counted = !ignored && label >= 0 && label < classes;
    return {ignored, counted, counted ? static_cast<uint32_t>(label) : kNoClass};
  }
};

/** What one row asks for, but for its probabilities. A row that is neither ignored nor counted has a bad label. */
template <class A>
struct LabelTarget {
  bool ignored;
  bool counted;
  bool given;      // as probabilities, not by a label
  uint32_t label;  // kNoClass if not counted or given as probabilities
  A peak;          // (1 - e) w_y, what the label has beside the spread; 0 without a label
  A sharp;         // 1 - e: what a probability counts for
  A even;          // e / classes: what smoothing gives each class

  /** For counted rows: whether there is a spread. */
  LOGITOPS_DEVICE bool spreads() const { return given || even != 0; }
};

/** The labels of all rows, and what a cross entropy says of targets. */
template <class A>
struct Labels {
  const void* labels;  // null: targets are probabilities
  bool labels_are_i64;
  const A* weights;  // null: 1 each
  int64_t ignore_index;
  bool has_ignore;
  A sharp;  // 1 - e, subtracted in double: for e close to 1 a float of e would leave few digits of it
  A even;   // e / classes
  uint32_t classes;

  LOGITOPS_DEVICE LabelTarget<A> of(int64_t row) const {
    LabelTarget<A> target{false, true, true, kNoClass, 0, sharp, even};
    if (labels != nullptr) {
      const RowLabel label = ClassLabels{labels, labels_are_i64, ignore_index, has_ignore}.of(row, classes);
      target.given = false;
      target.ignored = label.ignored;
      target.counted = label.counted;
      target.label = label.label;
      if (target.counted) {
        target.peak = target.sharp * (weights == nullptr ? A(1) : weights[label.label]);
      }
    }
    return target;
  }
};

/** dx = 0, without a look at the logits: of rows that do not count. */
template <class A, class Tier, class DX>
LOGITOPS_DEVICE void write_zeros(const Tier& tier, DX dx_row) {
  const Batch<A> zeros = {};
  tier.each_batch([&](auto columns) { dx_row.store(columns, zeros); });
}

}  // namespace logitops
