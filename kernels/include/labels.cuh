// labels: which class a row's label names, for ops that take labels of either type as an argument.
#pragma once

#include "entries.cuh"

namespace logitops {

/** What a label says. A row that is neither ignored nor counted has a bad label. */
struct RowLabel {
  bool ignored;
  bool counted;
  uint32_t label;  // below cols if counted, 0 if not
};

/** The labels of a call. */
struct Labels {
  const void* labels;
  bool are_i64;  // else i32
  int64_t ignore_index;
  bool has_ignore;

  LOGITOPS_DEVICE RowLabel of(int64_t row, uint32_t cols) const {
    // Compared with 64 bits, before it becomes an index.
    const int64_t label = are_i64 ? static_cast<const int64_t*>(labels)[row] : static_cast<const int32_t*>(labels)[row];
    const bool ignored = has_ignore && label == ignore_index;
    const bool counted = !ignored && label >= 0 && label < cols;
    return {ignored, counted, counted ? static_cast<uint32_t>(label) : 0};
  }
};

}  // namespace logitops
