// row_sum: what one pass over a row keeps of it, fragment by fragment.
//
// Two levels: a fragment is added up as a tree (three roundings), fragments into a compensated sum. So rows of 2^18 columns
// stay within the bounds that rows of 2^5 keep.
#pragma once

#include "geometry.cuh"
#include "row_statistic.cuh"

namespace logitops {

/** Columns that a thread takes at a time: their loads are all under way before the first is used. */
template <class A>
constexpr int kFragment = kFragmentBytes / sizeof(A);

template <class A>
using Fragment = A[kFragment<A>];

template <class A>
LOGITOPS_DEVICE A fragment_sum(const Fragment<A>& v) {
  Fragment<A> sums;
#pragma unroll
  for (int k = 0; k < kFragment<A>; k++) {
    sums[k] = v[k];
  }
#pragma unroll
  for (int width = kFragment<A> / 2; width > 0; width /= 2) {
#pragma unroll
    for (int k = 0; k < width; k++) {
      sums[k] += sums[k + width];
    }
  }
  return sums[0];
}

template <class A>
LOGITOPS_DEVICE A fragment_max(const Fragment<A>& v) {
  A max = v[0];
#pragma unroll
  for (int k = 1; k < kFragment<A>; k++) {
    max = larger(max, v[k]);
  }
  return max;
}

/**
 * sum exp(scale (x - shift)) in one pass, the shift following the maximum:
 *
 *   finite rows       scale * shift in [scale * max - 1, scale * max], sum in (0, inf)
 *   all x = -inf      shift 0, sum 0,   lse = scale * shift + log(sum) = -inf
 *   an x = +inf       shift 0, sum inf, lse = +inf
 *   an x is NaN       sum NaN,          lse = NaN
 *
 * With moments also sum t exp(t), t = scale (x - shift): what the entropy of the row needs. The scale is positive.
 */
template <class A>
class ExpSum {
 public:
  LOGITOPS_DEVICE explicit ExpSum(A scale = 1, bool moments = false)
      : scale_(scale), unit_(exponent_unit(scale)), step_(1 / scale), moments_(moments) {}

  LOGITOPS_DEVICE void add(const Fragment<A>& x) {
    // Following every small step up would round the sum at each: a row that rises slowly and long would lose 1e-5.
    const A max = fragment_max<A>(x);
    if (max - reference_ > step_) {
      move_to(max);
    }
    Fragment<A> exps;
#pragma unroll
    for (int k = 0; k < kFragment<A>; k++) {
      exps[k] = exponential(x[k] - shift(), unit_);
    }
    sum_.add(fragment_sum<A>(exps));
    if (moments_) {
#pragma unroll
      for (int k = 0; k < kFragment<A>; k++) {
        exps[k] = weighted(exps[k], (x[k] - shift()) * scale_);
      }
      moment_.add(fragment_sum<A>(exps));
    }
  }

  /** The same sums on behalf of all threads of the row; all of them get the same bits. */
  template <class Tier>
  LOGITOPS_DEVICE void gather(Tier& tier) {
    move_to(tier.max(reference_));
    sum_ = {tier.sum(sum_), 0};
    if (moments_) {
      moment_ = {tier.sum(moment_), 0};
    }
  }

  /** What has been subtracted so far; 0 where the maximum is infinite. */
  LOGITOPS_DEVICE A shift() const { return isinf(reference_) ? A(0) : reference_; }

  /** After gather. */
  LOGITOPS_DEVICE RowStatistic<A> statistic() const { return {reference_, sum_.value()}; }

  /** sum_j -p_j log p_j, if moments were kept; NaN if the lse is not finite. */
  LOGITOPS_DEVICE A entropy() const {
    const RowStatistic<A> row = statistic();
    return row.regular() ? row.log_sum() - moment_.value() / row.sum : A(NAN);
  }

 private:
  LOGITOPS_DEVICE void move_to(A reference) {
    const A before = shift();
    reference_ = reference;
    const A factor = exponential(before - shift(), unit_);
    if (moments_) {
      const A down = (before - shift()) * scale_;  // infinite, perhaps, where the factor is 0; a NaN the sum shows
      moment_.sum = factor == 0 ? A(0) : scaled(moment_.sum + weighted(sum_.sum, down), factor);
      moment_.lost = factor == 0 ? A(0) : scaled(moment_.lost + weighted(sum_.lost, down), factor);
    }
    sum_.sum = scaled(sum_.sum, factor);
    sum_.lost = scaled(sum_.lost, factor);
  }

  /** Nothing yet stays nothing, though the factor is infinite where the first maximum is far below 0. A NaN stays one,
   * though the factor is 0 where the new maximum is far above. */
  LOGITOPS_DEVICE static A scaled(A value, A factor) { return value == 0 ? A(0) : value * factor; }

  A scale_;
  A unit_;
  A step_;  // what the maximum may rise before the shift follows
  bool moments_;
  A reference_ = -INFINITY;
  Compensated<A> sum_;
  Compensated<A> moment_;
};

}  // namespace logitops
