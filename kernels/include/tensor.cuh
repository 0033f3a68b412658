// tensor: where rows lie. Row r = o * inner + i of a tensor starts at element o * outer + i; neighbours in it lie
// `axis` elements apart. Counts of rows, strides and element offsets have 64 bits: 8192 rows of 262144 already pass
// 2^31.
#pragma once

#include "row_sum.cuh"

namespace logitops {

struct Shape {
  int64_t rows;
  int64_t inner;
  uint32_t cols;  // unsigned, so that the column after the last batch of 2^31 - 1 columns does not overflow
};

/** a / b of numbers that are not negative, in 32 bits where both fit: a 64-bit division costs as much as several
 * columns. */
LOGITOPS_DEVICE int64_t quotient(int64_t a, int64_t b) {
  return (a | b) >> 32 == 0 ? static_cast<uint32_t>(a) / static_cast<uint32_t>(b) : a / b;
}

template <class T>
struct Tensor {
  T* data;
  int64_t outer;
  int64_t axis;
};

/** The columns of a batch: first, first + kStep, ...; those past the end of the row are not held. */
template <uint32_t kStep>
struct Columns {
  uint32_t first;
  uint32_t cols;

  LOGITOPS_DEVICE uint32_t operator[](int k) const { return first + k * kStep; }
  LOGITOPS_DEVICE bool holds(int k) const { return k * kStep < cols - first; }
};

/** A row in memory. kUnit: neighbours lie side by side and axis is not looked at. */
template <class T, bool kUnit>
struct Row {
  T* first;
  int64_t axis;

  LOGITOPS_DEVICE T* at(uint32_t column) const { return kUnit ? first + column : first + column * axis; }

  /** Reads a batch; `missing` stands for columns past the end. */
  template <uint32_t kStep, class A>
  LOGITOPS_DEVICE void load(Columns<kStep> columns, A missing, A (&into)[kBatch<A>]) const {
    const T* from = at(columns.first);
#pragma unroll
    for (int k = 0; k < kBatch<A>; k++, from += step(kStep)) {
      into[k] = columns.holds(k) ? widen(*from) : missing;
    }
  }

  template <uint32_t kStep, class A>
  LOGITOPS_DEVICE void store(Columns<kStep> columns, const A (&values)[kBatch<A>]) const {
    T* to = at(columns.first);
#pragma unroll
    for (int k = 0; k < kBatch<A>; k++, to += step(kStep)) {
      if (columns.holds(k)) {
        logitops::store(to, values[k]);
      }
    }
  }

  LOGITOPS_DEVICE int64_t step(int64_t columns) const { return kUnit ? columns : columns * axis; }
};

/** What a row's gradient is multiplied by; row_scale may be null, for 1 each. */
template <class A>
LOGITOPS_DEVICE A row_factor(double scale, const A* row_scale, int64_t row) {
  return static_cast<A>(scale) * (row_scale == nullptr ? A(1) : row_scale[row]);
}

/** The same of a MEAN, whose divisors label_stats leaves; null for 1. NaN where rows count that weigh nothing. */
template <class A>
LOGITOPS_DEVICE A row_factor(double scale, const A* row_scale, int64_t row, const double* divisors) {
  const A factor = row_factor(scale, row_scale, row);
  if (divisors == nullptr) {
    return factor;
  }
  return divisors[0] == 0 ? A(NAN) : factor / static_cast<A>(divisors[0]);
}

}  // namespace logitops
