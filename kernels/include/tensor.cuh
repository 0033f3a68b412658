// tensor: where rows lie, and what they are multiplied by. Row r = o * inner + i of a tensor starts at element
// o * outer + i; neighbours in it lie `axis` elements apart. Counts of rows, strides and element offsets have 64 bits:
// 8192 rows of 262144 already pass 2^31.
#pragma once

#include "row_sum.cuh"

namespace logitops {

struct Shape {
  int64_t rows;
  int64_t inner;
  uint32_t cols;  // unsigned, so that the column after the last batch of 2^31 - 1 columns does not overflow
  int kept;       // batches of each thread that wait in shared memory, of every row that is kept
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
