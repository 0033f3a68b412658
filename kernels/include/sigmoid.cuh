// sigmoid: 1 / (1 + e^-x) of a logit and what is made of it, all from u = e^-|x|, which is at most 1: nothing overflows, and
// neither sigmoid(x) nor sigmoid(-x) is a difference from 1.
#pragma once

#include "arithmetic.cuh"

namespace logitops {

template <class A>
class Sigmoid {
 public:
  LOGITOPS_DEVICE explicit Sigmoid(A x) : x_(x), u_(exponential(x < 0 ? x : -x)) {}

  /** sigmoid(x) = softmax([0, x])_1. */
  LOGITOPS_DEVICE A of() const { return (x_ < 0 ? u_ : A(1)) / (1 + u_); }

  /** sigmoid(-x) = 1 - sigmoid(x). */
  LOGITOPS_DEVICE A of_minus() const { return (x_ < 0 ? A(1) : u_) / (1 + u_); }

  /** log(1 + u), for those below. */
  LOGITOPS_DEVICE A rest() const { return logarithm_of_one_plus(u_); }

  /** log(1 + e^x) = -log sigmoid(-x). */
  LOGITOPS_DEVICE A softplus(A rest) const { return larger(x_, A(0)) + rest; }

  /** log(1 + e^-x) = -log sigmoid(x). */
  LOGITOPS_DEVICE A softplus_of_minus(A rest) const { return larger(-x_, A(0)) + rest; }

 private:
  A x_;
  A u_;  // NaN where x is
};

}  // namespace logitops
