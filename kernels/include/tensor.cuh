// tensor: where rows lie, and what they are multiplied by. Row r = o * inner + i of a tensor starts at element
// o * outer + i; neighbours in it lie `axis` elements apart. Counts of rows, strides and element offsets have 64 bits:
// 8192 rows of 262144 already pass 2^31.
#pragma once

#include "row_sum.cuh"

namespace logitops {

/** The rows of a call, the first of every kernel's parameters. */
struct Shape {
  int64_t rows;
  int64_t inner;
  uint32_t cols;  // unsigned, so that the column after the last fragment of 2^31 - 1 columns does not overflow
  int32_t kept;   // fragments of each thread that wait in shared memory, of every row that is kept
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

/**
 * What every element of a row's gradient is multiplied by: one number, that is formed in f64 and rounded once. Where A
 * cannot hold it, though what it multiplies may be as small as it is large, a power of 2 is split off. It is infinite
 * only if one of its parts is: 0 times all others is 0.
 */
template <class A>
class RowFactor {
 public:
  /** scale own, where scale is what GradScale has for the row, and `own` the op's, and finite. */
  LOGITOPS_DEVICE explicit RowFactor(double scale, double own = 1) {
    const double factor = scale * own;
    const double size = fabs(factor);
    if (size > largest<A>()) {
      power_ = kLargestPower;
      value_ = static_cast<A>(factor * (1.0 / kLargestPower));
    } else if (size < kSmallestPower && size != 0) {
      power_ = kSmallestPower;
      value_ = static_cast<A>(factor * (1.0 / kSmallestPower));
    } else {
      value_ = static_cast<A>(factor);
    }
    if (isinf(value_) && !isinf(scale)) {
      value_ = copysign(largest<A>(), value_);
    }
  }

  LOGITOPS_DEVICE A times(A gradient) const { return gradient * value_ * power_; }

  LOGITOPS_DEVICE void multiply(Fragment<A>& gradient) const {
#pragma unroll
    for (int k = 0; k < kFragment<A>; k++) {
      gradient[k] *= value_;
    }
    if (power_ != 1) {
#pragma unroll
      for (int k = 0; k < kFragment<A>; k++) {
        gradient[k] *= power_;
      }
    }
  }

 private:
  static constexpr A kLargestPower = sizeof(A) == 8 ? 0x1p1023 : 0x1p127;
  static constexpr A kSmallestPower = sizeof(A) == 8 ? 0x1p-1022 : 0x1p-126;  // that has all its digits

  A value_;
  A power_ = 1;
};

/** What a caller has every gradient multiplied by. */
template <class A>
struct GradScale {
  const A* per_row;  // null: 1 each
  double value;

  /**
   * value per_row[row] / divisors[0]. divisors are what batch_sums.cu leaves for a MEAN, or null, for 1; it is NaN where
   * rows count that weigh nothing, and infinite only if a part is.
   */
  LOGITOPS_DEVICE double of(int64_t row, const double* divisors = nullptr) const {
    const double of_row = per_row == nullptr ? 1 : per_row[row];
    double product = value * of_row;
    if (divisors != nullptr) {
      product = divisors[0] == 0 ? NAN : product / divisors[0];
    }
    return isinf(product) && !isinf(value) && !isinf(of_row) ? copysign(largest<double>(), product) : product;
  }
};

}  // namespace logitops
