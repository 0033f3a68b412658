// arithmetic: the few functions that the formulas need, once for f32 and once for f64, and sums that do not drift.
//
// Modules are compiled with -fmad=false: a product and a sum are two roundings unless fused() is written.
#pragma once

#include <math.h>

#include "dtype.cuh"

namespace logitops {

/**
 * exp(t * scale) for t * scale <= 1 or so; unit = exponent_unit(scale). f32: 2^(t log2 e) by the hardware's ex2, 2 ulp;
 * its .ftz form is one instruction where the other takes three, and what it flushes (below 2^-126) vanishes in every
 * sum and bound, as t is relative to a row's maximum. t = x - max is exact or nearly so and t log2 e small where exp(t)
 * counts. One step less, fma(x, log2 e, -max log2 e), rounds its constant on the scale of max: rows masked to -1e30
 * would become 0/0.
 */
LOGITOPS_DEVICE float exponential(float t, float unit) {
  float result;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(result) : "f"(t * unit));
  return result;
}
LOGITOPS_DEVICE double exponential(double t, double unit) { return exp(t * unit); }

/** What `exponential` takes as unit for exp(scale * t): the scale costs nothing there. */
LOGITOPS_DEVICE float exponent_unit(float scale) { return scale * 1.4426950408889634f; }
LOGITOPS_DEVICE double exponent_unit(double scale) { return scale; }

template <class A>
LOGITOPS_DEVICE A exponential(A t) {
  return exponential(t, exponent_unit(A(1)));
}

LOGITOPS_DEVICE float logarithm(float value) { return logf(value); }
LOGITOPS_DEVICE double logarithm(double value) { return log(value); }

/** log(1 + value), good where the sum itself would lose the value. */
LOGITOPS_DEVICE float logarithm_of_one_plus(float value) { return log1pf(value); }
LOGITOPS_DEVICE double logarithm_of_one_plus(double value) { return log1p(value); }

/** e^value - 1, good where the power itself would be lost beside 1. */
LOGITOPS_DEVICE float exponential_minus_one(float value) { return expm1f(value); }
LOGITOPS_DEVICE double exponential_minus_one(double value) { return expm1(value); }

LOGITOPS_DEVICE float hyperbolic_tangent(float value) { return tanhf(value); }
LOGITOPS_DEVICE double hyperbolic_tangent(double value) { return tanh(value); }

/** a * b + c, rounded once. */
LOGITOPS_DEVICE float fused(float a, float b, float c) { return fmaf(a, b, c); }
LOGITOPS_DEVICE double fused(double a, double b, double c) { return fma(a, b, c); }

/** The larger; NaN only if both are: what a NaN does to a row, its sum of exponentials shows. */
LOGITOPS_DEVICE float larger(float a, float b) { return fmaxf(a, b); }
LOGITOPS_DEVICE double larger(double a, double b) { return fmax(a, b); }

/** The largest finite number. */
template <class A>
LOGITOPS_DEVICE constexpr A largest() {
  if constexpr (sizeof(A) == 8) {
    return 0x1.fffffffffffffp1023;
  } else {
    return 0x1.fffffep127f;
  }
}

template <class A>
LOGITOPS_DEVICE bool is_finite(A value) {
  return value - value == 0;  // inf - inf and NaN - NaN are NaN
}

/** factor * value, but 0 where the factor is, even at infinity: what has no weight adds nothing. */
template <class A>
LOGITOPS_DEVICE A weighted(A factor, A value) {
  return factor == 0 ? A(0) : factor * value;
}

/** A sum that carries its rounding errors along (Knuth's two-sum), so that neither length nor cancellation shows. */
template <class A>
struct Compensated {
  A sum = 0;
  A lost = 0;

  LOGITOPS_DEVICE void add(A value) { merge({value, 0}); }

  /** Gives the same bits as other.merge(*this), so all threads of a butterfly agree. */
  LOGITOPS_DEVICE void merge(Compensated other) {
    const A next = sum + other.sum;
    const A of_other = next - sum;
    lost = (lost + other.lost) + ((sum - (next - of_other)) + (other.sum - of_other));
    sum = next;
  }

  /** Infinite and NaN sums are right as they are; what they lost is not a number. */
  LOGITOPS_DEVICE A value() const { return is_finite(sum) ? sum + lost : sum; }
};

}  // namespace logitops
