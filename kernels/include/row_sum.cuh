// row_sum: what one pass over a row keeps of it, in batches of kBatch columns.
//
// Two levels: a batch is added up as a tree (three roundings), batches into a compensated sum. So rows of 2^18 columns
// stay within the bounds that rows of 2^5 keep.
#pragma once

#include "arithmetic.cuh"

namespace logitops {

/** Columns that a thread takes at a time: their loads are all under way before the first is used. */
constexpr int kBatch = 8;

template <class A>
LOGITOPS_DEVICE A batch_sum(const A (&v)[kBatch]) {
  return ((v[0] + v[1]) + (v[2] + v[3])) + ((v[4] + v[5]) + (v[6] + v[7]));
}

template <class A>
LOGITOPS_DEVICE A batch_max(const A (&v)[kBatch]) {
  return larger(larger(larger(v[0], v[1]), larger(v[2], v[3])), larger(larger(v[4], v[5]), larger(v[6], v[7])));
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
  LOGITOPS_DEVICE void add(const A (&x)[kBatch]) {
    // Following every small step up would round the sum at each: a row that rises slowly and long would lose 1e-5.
    const A max = batch_max(x);
    if (max > reference_ + 1) {
      move_to(max);
    }
    A exps[kBatch];
#pragma unroll
    for (int k = 0; k < kBatch; k++) {
      exps[k] = exponential(x[k] - shift());
    }
    sum_.add(batch_sum(exps));
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
  LOGITOPS_DEVICE A log_sum() const { return logarithm(sum()); }
  LOGITOPS_DEVICE A lse() const { return shift() + log_sum(); }

  /** Whether the lse is finite. If not, everything that is computed from the row is NaN. */
  LOGITOPS_DEVICE bool regular() const { return sum() > 0 && is_finite(sum()); }

 private:
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
