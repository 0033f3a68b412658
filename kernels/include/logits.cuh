// logits: what cross entropy takes for the logits, z = a x, or with a soft cap z = c tanh(a x / c).
//
// Without a cap z is never formed: v = x goes into the sums, z = unit * v, and x - max stays exact. With one v = z and
// the unit is 1. The cap comes before columns past the end are left out: through it they would become -c and count.
#pragma once

#include "entries.cuh"

namespace logitops {

template <class A>
class Logits {
 public:
  /** a > 0; c > 0, or 0 for no cap. */
  LOGITOPS_DEVICE Logits(double scale, double cap)
      : cap_(static_cast<A>(cap)),
        inner_(static_cast<A>(scale / cap)),
        unit_(cap == 0 ? static_cast<A>(scale) : A(1)) {}

  /** What one of v is worth in z. */
  LOGITOPS_DEVICE A unit() const { return unit_; }

  LOGITOPS_DEVICE bool capped() const { return cap_ != 0; }

  LOGITOPS_DEVICE A of(A x) const { return capped() ? cap_ * hyperbolic_tangent(x * inner_) : x; }

  /** x of a fragment of columns becomes v; -inf past the end of the row. */
  template <class Columns>
  LOGITOPS_DEVICE void apply(Columns columns, Fragment<A>& v) const {
    if (capped()) {
#pragma unroll
      for (int k = 0; k < kFragment<A>; k++) {
        v[k] = columns.holds(k) ? of(v[k]) : A(-INFINITY);
      }
    }
  }

  /** dz/dx over the logit scale a: 1 - (z/c)^2. */
  LOGITOPS_DEVICE A slope(A v) const {
    const A t = v / cap_;
    return fused(-t, t, A(1));
  }

 private:
  A cap_;
  A inner_;
  A unit_;
};

}  // namespace logitops
