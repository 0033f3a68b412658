// labels: class labels of either type, and what a row's label asks for.
#pragma once

#include "row_sum.cuh"

namespace logitops {

/**
 * What the compiler knows of the calls that a cross entropy is for: known<kKind>() of its parameters are the same, without
 * what no such call asks for.
 */
enum class CallKind {
  kAny,
  kPlain,  // labels of all classes; weights only where targets do not spread, and of losses held rows only where they do;
           // no cap, nothing written that others do not
};

/** A class that no row has. */
constexpr uint32_t kNoClass = UINT32_MAX;

/** What a label says. A row that is neither ignored nor counted has a bad label. */
struct RowLabel {
  bool ignored;
  bool counted;
  uint32_t label;  // kNoClass if not counted
};

/** The labels of all rows, of either type. */
struct ClassLabels {
  const void* labels;  // null: there are none
  int64_t ignore_index;
  int32_t has_ignore;
  int32_t are_i64;

  /** In 64 bits, in which it is compared before it becomes an index. */
  LOGITOPS_DEVICE int64_t at(int64_t row) const {
    return are_i64 != 0 ? static_cast<const int64_t*>(labels)[row] : static_cast<const int32_t*>(labels)[row];
  }

  LOGITOPS_DEVICE bool ignores(int64_t label) const { return has_ignore != 0 && label == ignore_index; }

  LOGITOPS_DEVICE RowLabel of(int64_t row, uint32_t classes) const { return says(at(row), classes); }

  LOGITOPS_DEVICE RowLabel says(int64_t label, uint32_t classes) const {
    const bool ignored = ignores(label);
    const bool counted = !ignored && label >= 0 && label < classes;
    return {ignored, counted, counted ? static_cast<uint32_t>(label) : kNoClass};
  }
};

/** The same; without labels every row counts. */
LOGITOPS_DEVICE RowLabel row_label(const ClassLabels& labels, int64_t row, uint32_t classes) {
  return labels.labels == nullptr ? RowLabel{false, true, 0} : labels.of(row, classes);
}

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

/** What a cross entropy says of targets beside probabilities. */
template <class A>
struct Labels {
  ClassLabels labels;  // null: targets are probabilities
  const A* weights;    // of all classes; null: 1 each
  A sharp;             // 1 - e, rounded once: for e close to 1 a float of e would leave few digits of it
  A even;              // e / classes
  uint32_t classes;    // all of them
  uint32_t first;      // which of them is the first column

  LOGITOPS_DEVICE LabelTarget<A> of(int64_t row) const {
    LabelTarget<A> target{false, true, true, kNoClass, 0, sharp, even};
    if (labels.labels != nullptr) {
      const RowLabel label = labels.of(row, classes);
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
  const Fragment<A> zeros = {};
  tier.each_fragment_alike([&](auto columns) { dx_row.store(columns, zeros); });
}

}  // namespace logitops
