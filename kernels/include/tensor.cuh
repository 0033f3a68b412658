// tensor: where rows lie. Row r = o * inner + i of a tensor starts at element o * outer + i; neighbours in it lie `axis`
// elements apart. Counts of rows, strides and element offsets have 64 bits: 8192 rows of 262144 already pass 2^31.
#pragma once

#include "row_sum.cuh"

namespace logitops {

struct Shape {
  int64_t rows;
  int64_t inner;
  uint32_t cols;  // unsigned, so that the column after the last batch of 2^31 - 1 columns does not overflow
};

template <class T>
struct Tensor {
  T* data;
  int64_t outer;
  int64_t axis;
};

/** The kBatch columns first, first + kStep, ...; those past the end of the row are not held. */
template <uint32_t kStep>
struct Columns {
  uint32_t first;
  uint32_t cols;

  LOGITOPS_DEVICE uint32_t operator[](int k) const { return first + k * kStep; }
  LOGITOPS_DEVICE bool holds(int k) const { return (*this)[k] < cols; }
};

/** A row in memory; Axis is the distance of neighbours: a number or, where it is always 1, UnitAxis. */
template <class T, class Axis>
struct Row {
  T* first;
  Axis axis;

  LOGITOPS_DEVICE auto at(uint32_t column) const { return widen(first[column * axis]); }

  /** Reads a batch; `missing` stands for columns past the end. */
  template <uint32_t kStep, class A>
  LOGITOPS_DEVICE void load(Columns<kStep> columns, A missing, A (&into)[kBatch]) const {
#pragma unroll
    for (int k = 0; k < kBatch; k++) {
      into[k] = columns.holds(k) ? widen(first[columns[k] * axis]) : missing;
    }
  }

  template <uint32_t kStep, class A>
  LOGITOPS_DEVICE void store(Columns<kStep> columns, const A (&values)[kBatch]) const {
#pragma unroll
    for (int k = 0; k < kBatch; k++) {
      if (columns.holds(k)) {
        logitops::store(first + columns[k] * axis, values[k]);
      }
    }
  }
};

struct UnitAxis {};
LOGITOPS_DEVICE uint32_t operator*(uint32_t column, UnitAxis) { return column; }

}  // namespace logitops
