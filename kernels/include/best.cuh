// best: where a row is largest, fragment by fragment. The lowest index among equals; a NaN is larger than anything.
#pragma once

#include "row_sum.cuh"

namespace logitops {

/** A column, as wide as A, so that no byte of a Best is padding. */
template <class A>
struct ColumnOf {
  using Type = uint32_t;
};
template <>
struct ColumnOf<double> {
  using Type = uint64_t;
};

template <class A>
struct Best {
  A value;
  typename ColumnOf<A>::Type column;

  LOGITOPS_DEVICE static Best none() { return {A(-INFINITY), UINT32_MAX}; }

  /** Values past the end of the row must be -inf. */
  template <class Columns>
  LOGITOPS_DEVICE void add(Columns columns, const Fragment<A>& v) {
#pragma unroll
    for (int k = 0; k < kFragment<A>; k++) {
      merge({v[k], columns[k]});
    }
  }

  LOGITOPS_DEVICE void merge(Best other) {
    if (other.beats(*this)) {
      *this = other;
    }
  }

  /** Whether it comes before another one, where the largest is first. */
  LOGITOPS_DEVICE bool beats(Best other) const {
    const bool nan = value != value;
    const bool other_nan = other.value != other.value;
    const bool equal = value == other.value || (nan && other_nan);
    return equal ? column < other.column : nan || value > other.value;
  }
};

}  // namespace logitops
