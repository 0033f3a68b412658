// row_sum: what one pass over a row keeps of it, batch by batch.
//
// Two levels: a batch is added up as a tree (three roundings), batches into a compensated sum. So rows of 2^18 columns
// stay within the bounds that rows of 2^5 keep.
#pragma once

#include "arithmetic.cuh"

namespace logitops {

/** Columns that a thread takes at a time, 32 bytes of arithmetic: their loads are all under way before the first is
 * used. */
template <class A>
constexpr int kBatch = 32 / sizeof(A);

template <class A>
using Batch = A[kBatch<A>];

template <class A>
LOGITOPS_DEVICE A batch_sum(const Batch<A>& v) {
  Batch<A> sums;
#pragma unroll
  for (int k = 0; k < kBatch<A>; k++) {
    sums[k] = v[k];
  }
#pragma unroll
  for (int width = kBatch<A> / 2; width > 0; width /= 2) {
#pragma unroll
    for (int k = 0; k < width; k++) {
      sums[k] += sums[k + width];
    }
  }
  return sums[0];
}

template <class A>
LOGITOPS_DEVICE A batch_max(const Batch<A>& v) {
  A max = v[0];
#pragma unroll
  for (int k = 1; k < kBatch<A>; k++) {
    max = larger(max, v[k]);
  }
  return max;
}

/**
 * sum exp(x - shift) in one pass, the shift following the maximum:
 *
 *   finite rows       shift in [max - 1, max], sum in (0, inf)
 *   all x = -inf      shift 0, sum 0,   lse = shift + log(sum) = -inf
 *   an x = +inf       shift 0, sum inf, lse = +inf
 *   an x is NaN       sum NaN,          lse = NaN
 */
template <class A>
class ExpSum {
 public:
  LOGITOPS_DEVICE void add(const Batch<A>& x) {
    follow(batch_max<A>(x));
    Batch<A> exps;
#pragma unroll
    for (int k = 0; k < kBatch<A>; k++) {
      exps[k] = exponential(x[k] - shift());
    }
    sum_.add(batch_sum<A>(exps));
  }

  /** The same of scale * x, scale > 0; the products are not rounded before the shift is subtracted. */
  LOGITOPS_DEVICE void add(const Batch<A>& x, A scale) {
    follow(scale * batch_max<A>(x));
    Batch<A> exps;
#pragma unroll
    for (int k = 0; k < kBatch<A>; k++) {
      exps[k] = exponential(fused(scale, x[k], -shift()));
    }
    sum_.add(batch_sum<A>(exps));
  }

  /** The same sum on behalf of all threads of the row; all of them get the same bits. */
  template <class Tier>
  LOGITOPS_DEVICE void gather(Tier& tier) {
    move_to(tier.max(reference_));
    sum_.sum = tier.sum(sum_);
    sum_.lost = 0;
  }

  LOGITOPS_DEVICE A shift() const { return isinf(reference_) ? A(0) : reference_; }
  LOGITOPS_DEVICE A sum() const { return sum_.value(); }

  /** Whether the lse is finite. If not, everything that is computed from the row is NaN. */
  LOGITOPS_DEVICE bool regular() const { return sum() > 0 && is_finite(sum()); }

 private:
  /** Following every small step up would round the sum at each: a row that rises slowly and long would lose 1e-5. */
  LOGITOPS_DEVICE void follow(A max) {
    if (max > reference_ + 1) {
      move_to(max);
    }
  }

  LOGITOPS_DEVICE void move_to(A reference) {
    const A before = shift();
    reference_ = reference;
    const A factor = exponential(before - shift());
    sum_.sum = scaled(sum_.sum, factor);
    sum_.lost = scaled(sum_.lost, factor);
  }

  /** Nothing yet stays nothing, though the factor is infinite where the first maximum is far below 0. */
  LOGITOPS_DEVICE static A scaled(A value, A factor) { return value == 0 ? A(0) : value * factor; }

  A reference_ = -INFINITY;
  Compensated<A> sum_;
};

}  // namespace logitops
