// mask: which columns of a row count. A mask is smaller than the logits: it is repeated over heads, over queries, over
// batches. Row r, seen as (o, m, i) = (r / (middle * inner), r / inner mod middle, r mod inner), reads it from
//
//   o * outer_stride + m * middle_stride + i * inner_stride
//
// where the strides are 0 along what it is repeated over; neighbouring columns lie axis apart, or are one if that is 0.
#pragma once

#include "entries.cuh"

namespace logitops {

/** The mask of one row. */
template <class T>
struct RowMask {
  const uint8_t* keep;  // null: none
  const T* additive;    // null: none
  int64_t axis;
  uint32_t limit;  // columns from here on are hidden

  /** Reads a fragment of logits; -inf stands for what is hidden, which is not read, and for columns past the end. */
  template <class X, class Columns, class A>
  LOGITOPS_DEVICE void load(X x_row, Columns columns, A (&z)[kFragment<A>]) const {
#pragma unroll
    for (int k = 0; k < kFragment<A>; k++) {
      const bool seen = columns.holds(k) && columns[k] < limit;
      const bool keeps = seen && (keep == nullptr || keep[columns[k] * axis] != 0);
      z[k] = !keeps ? A(-INFINITY) : additive == nullptr ? A(0) : widen(additive[columns[k] * axis]);
    }
    uint32_t seen = 0;
#pragma unroll
    for (int k = 0; k < kFragment<A>; k++) {
      seen |= z[k] == -INFINITY ? 0 : 1u << k;
    }
    Fragment<A> x;
    x_row.load_some(columns, seen, x);
    if (additive == nullptr) {
#pragma unroll
      for (int k = 0; k < kFragment<A>; k++) {
        z[k] += x[k];
      }
    } else {
#pragma unroll
      for (int k = 0; k < kFragment<A>; k++) {
        z[k] = masked(x[k], z[k]);
      }
    }
  }

 private:
  /** x + mask. The mask alone hides: a sum of two finite numbers stays finite. */
  template <class A>
  LOGITOPS_DEVICE static A masked(A x, A mask) {
    const A sum = x + mask;
    return isinf(sum) && is_finite(x) && is_finite(mask) ? copysign(largest<A>(), sum) : sum;
  }
};

/** The mask of a call. */
template <class T>
struct Mask {
  const void* data;     // null: none
  int64_t is_additive;  // 0: bytes
  int64_t middle;
  int64_t inner;
  int64_t outer_stride;
  int64_t middle_stride;
  int64_t inner_stride;
  int64_t axis;
  int64_t queries;  // 0: not causal

  LOGITOPS_DEVICE RowMask<T> of(int64_t row, uint32_t cols) const {
    const int64_t above = quotient(row, inner);
    const int64_t o = quotient(above, middle);
    const int64_t start =
        o * outer_stride + (above - o * middle) * middle_stride + (row - above * inner) * inner_stride;
    RowMask<T> mask{nullptr, nullptr, axis, cols};
    if (data != nullptr && is_additive != 0) {
      mask.additive = static_cast<const T*>(data) + start;
    }
    if (data != nullptr && is_additive == 0) {
      mask.keep = static_cast<const uint8_t*>(data) + start;
    }
    if (queries != 0) {
      const int64_t query = row - quotient(row, queries) * queries;
      const int64_t seen = query + cols - queries + 1;
      mask.limit = seen <= 0 ? 0 : seen < cols ? static_cast<uint32_t>(seen) : cols;
    }
    return mask;
  }
};

}  // namespace logitops
