// log_prob: what the ops on log-probabilities share: the sum of a row's exponentials, and gradients from a saved
// statistic.
#pragma once

#include "entries.cuh"

namespace logitops {

/** Reads a row that is kept once; all of its threads get the same sum. */
template <class A, class Tier, class X>
LOGITOPS_DEVICE ExpSum<A> exp_sum_of(Tier& tier, X x_row, ExpSum<A> exp_sum = ExpSum<A>()) {
  tier.await_kept(x_row);
  tier.each_fragment([&](auto columns) {
    Fragment<A> v;
    x_row.load(columns, A(-INFINITY), v);
    exp_sum.add(v);
  });
  exp_sum.gather(tier);
  return exp_sum;
}

/** dx_j = factor * Gradient(x_j, j), one read and one write. */
template <class A, class Tier, class DX, class X, class Gradient>
LOGITOPS_DEVICE void write_gradient(const Tier& tier, DX dx_row, X x_row, RowFactor<A> factor, Gradient gradient) {
  tier.await_kept(x_row);
  tier.each_fragment([&](auto columns) {
    Fragment<A> v;
    x_row.load(columns, A(0), v);
#pragma unroll
    for (int k = 0; k < kFragment<A>; k++) {
      v[k] = gradient(v[k], columns[k]);
    }
    factor.multiply(v);
    dx_row.store(columns, v);
  });
  tier.release_kept(x_row);
}

}  // namespace logitops
