// labels: class labels of either type.
#pragma once

#include "dtype.cuh"

namespace logitops {

/** A row's label in 64 bits, in which it is compared before it becomes an index. */
LOGITOPS_DEVICE int64_t label_of(const void* labels, bool labels_are_i64, int64_t row) {
  return labels_are_i64 ? static_cast<const int64_t*>(labels)[row] : static_cast<const int32_t*>(labels)[row];
}

}  // namespace logitops
