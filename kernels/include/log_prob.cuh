// log_prob: what the ops on log-probabilities share: the statistic of a row, and gradients from a saved
// statistic.
#pragma once

#include "entries.cuh"

namespace logitops {

/** Reads a row that is kept once; all of its threads get the same. */
template <class A, class Tier, class X>
LOGITOPS_DEVICE RowStatistic<A> statistic_of(Tier& tier, const X& x_row) {
  tier.await_kept(x_row);
  ExpSum<A> exp_sum;
  exp_sum.add_row(tier, x_row);
  return exp_sum.statistic();
}

/** dx_j = factor * Gradient(x_j, j), one read and one write. */
template <class A, class Tier, class DX, class X, class Gradient>
LOGITOPS_DEVICE void write_gradient(Tier& tier, DX dx_row, const X& x_row, RowFactor<A> factor, Gradient gradient) {
  tier.await_kept(x_row);
  write_each(tier, dx_row, x_row, A(0), [&](auto columns, Fragment<A>& v) {
#pragma unroll
    for (int k = 0; k < kFragment<A>; k++) {
      v[k] = gradient(v[k], columns[k]);
    }
    factor.multiply(v);
  });
  tier.release_kept(x_row);
  tier.write_back(dx_row);
}

}  // namespace logitops
