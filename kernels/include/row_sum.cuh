// row_sum: what one pass over a row keeps of it, fragment by fragment.
//
// Two levels: a fragment is added up as a tree (three roundings), fragments into a compensated sum. So rows of 2^18 columns
// stay within the bounds that rows of 2^5 keep.
#pragma once

#include <string.h>

#include "geometry.cuh"
#include "row_statistic.cuh"

namespace logitops {

/** Columns that a thread takes at a time: their loads are all under way before the first is used. */
template <class A>
constexpr int kFragment = kFragmentBytes / sizeof(A);

template <class A>
using Fragment = A[kFragment<A>];

/** Combines a power of 2 of values as a tree: neighbours of half their number, again and again. Overwrites them. */
template <int kCount, class V, class Combine>
LOGITOPS_DEVICE V tree(V* values, Combine combine) {
#pragma unroll
  for (int width = kCount / 2; width > 0; width /= 2) {
#pragma unroll
    for (int k = 0; k < width; k++) {
      values[k] = combine(values[k], values[k + width]);
    }
  }
  return values[0];
}

template <class A>
LOGITOPS_DEVICE A fragment_sum(const Fragment<A>& v) {
  Fragment<A> sums;
  memcpy(sums, v, sizeof v);
  return tree<kFragment<A>>(sums, [](A a, A b) { return a + b; });
}

template <class A>
LOGITOPS_DEVICE A fragment_max(const Fragment<A>& v) {
  Fragment<A> max;
  memcpy(max, v, sizeof v);
  return tree<kFragment<A>>(max, [](A a, A b) { return larger(a, b); });
}

/** One fragment, widened: what tiers have of a row at a time that hold no more of it. */
template <class A, class Columns>
struct OneFragment {
  static constexpr int kFragments = 1;

  Columns columns;
  Fragment<A> values;

  LOGITOPS_DEVICE static bool has(int) { return true; }
  LOGITOPS_DEVICE A largest() const { return fragment_max<A>(values); }
  LOGITOPS_DEVICE void fragment(int, Fragment<A>& into) const { memcpy(into, values, sizeof values); }
};

/** Calls f(columns, values) with each fragment of a row, widened, which f may overwrite; `missing` stands for columns past
 * the end. */
template <class A, class Tier, class X, class F>
LOGITOPS_DEVICE void each_value(const Tier& tier, const X& x_row, A missing, F f) {
  tier.each_step(x_row, missing, [&](auto columns, const auto& x) {
#pragma unroll
    for (int i = 0; i < x.kFragments; i++) {
      if (x.has(i)) {
        Fragment<A> v;
        x.fragment(i, v);
        f(columns.template after<A>(i), v);
      }
    }
  });
}

/** The same, as threads write; what f leaves is stored. */
template <class A, class Tier, class Y, class X, class F>
LOGITOPS_DEVICE void write_each(const Tier& tier, Y y_row, const X& x_row, A missing, F f) {
  tier.each_step_of_output(x_row, missing, [&](auto columns, const auto& x) {
#pragma unroll
    for (int i = 0; i < x.kFragments; i++) {
      if (x.has(i)) {
        Fragment<A> v;
        x.fragment(i, v);
        f(columns.template after<A>(i), v);
        y_row.store(columns.template after<A>(i), v);
      }
    }
  });
}

/**
 * sum exp(scale (x - shift)) in one pass, the shift following the maximum:
 *
 *   finite rows       scale * shift in [scale * max - 1, scale * max], sum in (0, inf)
 *   all x = -inf      shift 0, sum 0,   lse = scale * shift + log(sum) = -inf
 *   an x = +inf       shift 0, sum inf, lse = +inf
 *   an x is NaN       sum NaN,          lse = NaN
 *
 * Asked for moments also sum t exp(t), t = scale (x - shift): what the entropy of the row needs. The scale is positive.
 */
template <class A>
class ExpSum {
 public:
  LOGITOPS_DEVICE explicit ExpSum(A scale = 1) : scale_(scale), unit_(exponent_unit(scale)), step_(1 / scale) {}

  /** Before the first fragment. */
  LOGITOPS_DEVICE void keep_moments() { moments_ = true; }

  /** Adds some fragments, whose maximum the shift follows. */
  template <class Values>
  LOGITOPS_DEVICE void add(const Values& x) {
    // Following every small step up would round the sum at each: a row that rises slowly and long would lose 1e-5.
    const A max = x.largest();
    if (max - reference_ > step_) {
      move_to(max);
    }
    add_from_shift(x);
  }

  /** Adds one. */
  template <class Columns>
  LOGITOPS_DEVICE void add(Columns columns, const Fragment<A>& x) {
    OneFragment<A, Columns> one{columns};
    memcpy(one.values, x, sizeof x);
    add(one);
  }

  /** Adds a row on behalf of all its threads; all of them get the same bits. */
  template <class Tier, class X>
  LOGITOPS_DEVICE void add_row(Tier& tier, const X& x_row) {
    if constexpr (Tier::kVectors > 0) {  // it is held: its maximum can come first
      move_to(tier.nearby_max(x_row.largest()));
      add_from_shift(x_row);
      gather_sums(tier);
    } else {
      tier.each_step(x_row, A(-INFINITY), [&](auto, const auto& x) { add(x); });
      gather(tier);
    }
  }

  /** The same sums on behalf of all threads of the row; all of them get the same bits. */
  template <class Tier>
  LOGITOPS_DEVICE void gather(Tier& tier) {
    move_to(tier.nearby_max(reference_));
    gather_sums(tier);
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
  /** One sum that is compensated for all fragments that come at a time. */
  template <class Values>
  LOGITOPS_DEVICE void add_from_shift(const Values& x) {
    constexpr int kCount = Values::kFragments;
    A sums[kCount], moments[kCount];
#pragma unroll
    for (int i = 0; i < kCount; i++) {
      sums[i] = moments[i] = 0;
      if (x.has(i)) {
        Fragment<A> v, exps;
        x.fragment(i, v);
#pragma unroll
        for (int k = 0; k < kFragment<A>; k++) {
          v[k] -= shift();  // said here: taken out of the loop, rows of 16 bits that go by elements lose a fifth
          exps[k] = exponential(v[k], unit_);
        }
        sums[i] = fragment_sum<A>(exps);
        if (moments_) {
#pragma unroll
          for (int k = 0; k < kFragment<A>; k++) {
            exps[k] = weighted(exps[k], v[k] * scale_);
          }
          moments[i] = fragment_sum<A>(exps);
        }
      }
    }
    const auto add = [](A a, A b) { return a + b; };
    sum_.add(tree<kCount>(sums, add));
    if (moments_) {
      moment_.add(tree<kCount>(moments, add));
    }
  }

  template <class Tier>
  LOGITOPS_DEVICE void gather_sums(Tier& tier) {
    if constexpr (Tier::kIsCluster) {
      gather_from_warps(tier);
    } else {
      sum_ = {tier.sum(sum_), 0};
      if (moments_) {
        moment_ = {tier.sum(moment_), 0};
      }
    }
  }

  /** What a warp tells the others. */
  struct Sums {
    A reference;
    A sum;
  };

  /**
   * All at once, and from the warp's own reference: to agree on one before would take another exchange. No kernel whose rows
   * clusters share asks for moments.
   */
  template <class Tier>
  LOGITOPS_DEVICE void gather_from_warps(Tier& tier) {
    const auto all = tier.exchange(Sums{reference_, tier.nearby_sum(sum_)});
    A reference = -INFINITY;
    all.each([&](const Sums& from) { reference = larger(reference, from.reference); });
    reference = tier.nearby_max(reference);
    Compensated<A> sum;
    all.each([&](const Sums& from) {
      reference_ = from.reference;
      sum_ = {from.sum, 0};
      move_to(reference);
      sum.add(sum_.sum);
    });
    reference_ = reference;
    sum_ = {tier.nearby_sum(sum), 0};
  }

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
  bool moments_ = false;
  A reference_ = -INFINITY;
  Compensated<A> sum_;
  Compensated<A> moment_;
};

/** sum_j (x_j - shift) of a row that is looked at again, on behalf of all its threads; -inf or NaN if an x_j is. */
template <class A, class Tier, class X>
LOGITOPS_DEVICE A logit_sum(Tier& tier, X& x_row, A shift) {
  Compensated<A> sum;
  tier.look_again(x_row);
  each_value(tier, x_row, A(0), [&](auto columns, Fragment<A>& v) {
#pragma unroll
    for (int k = 0; k < kFragment<A>; k++) {
      v[k] = columns.holds(k) ? v[k] - shift : A(0);
    }
    sum.add(fragment_sum<A>(v));
  });
  return tier.sum(sum);
}

}  // namespace logitops
