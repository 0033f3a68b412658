// divergence: what one class adds to how far Q is from P.
//
// A Kullback-Leibler divergence is a sum of p log(p / m), whose terms have both signs and, where p and m are close, are
// much larger than what is left of them: by the temperature for softmaxes at a high one. As p and m both sum to 1, m -
// p may be added to each term:
//
//   p log(p / m) + m - p = p tail(log(m / p)),   tail(x) = e^x - 1 - x = x^2 / 2 + x^3 / 6 + ...
//
// is never negative, so nothing cancels. It needs log(m / p) as such, not log m and log p, which are larger.
#pragma once

#include "arithmetic.cuh"

namespace logitops {

LOGITOPS_DEVICE constexpr double factorial(int k) { return k == 0 ? 1 : k * factorial(k - 1); }

/** 1 / k! + x / (k + 1)! + ... + x^(last - k) / last! */
template <int k, int last, class A>
LOGITOPS_DEVICE A exponential_series(A x) {
  constexpr A first = static_cast<A>(1 / factorial(k));
  if constexpr (k == last) {
    return first;
  } else {
    return fused(exponential_series<k + 1, last>(x), x, first);
  }
}

/** e^x - 1 - x for abs x <= 1, to the last digit but one. */
LOGITOPS_DEVICE float tail(float x) { return x * x * exponential_series<2, 11>(x); }
LOGITOPS_DEVICE double tail(double x) { return x * x * exponential_series<2, 18>(x); }

/** p log(p / m) + m - p, from log_ratio = log(m / p). At least 0; where p is 0 it is m, whatever the logarithm. */
template <class A>
LOGITOPS_DEVICE A relative_entropy(A p, A m, A log_ratio) {
  if (p == 0) {
    return m;
  }
  return fabs(log_ratio) <= 1 ? p * tail(log_ratio) : fused(-p, log_ratio, m - p);
}

/** The same of two sides of which one may give nothing: infinite if that is m alone, though p may have been flushed. */
template <class A>
LOGITOPS_DEVICE A of_sides(A p, A m, A log_ratio) {
  return log_ratio == -INFINITY ? A(INFINITY) : relative_entropy(p, m, log_ratio);
}

enum class DivergenceKind { kKl, kReverseKl, kJensenShannon };

/**
 * With M = a P + b Q and weights a and b that add up to 1
 *
 *   KL               D = KL(P || Q)
 *   reverse KL       D = KL(Q || P), as if M were P
 *   Jensen-Shannon   D = a KL(P || M) + b KL(Q || M)
 */
template <class A, DivergenceKind kKind>
struct Divergence {
  A weight_of_p;  // both come from the host: near the ends one is lost in 1 minus the other
  A weight_of_q;

  /** What a class adds. */
  struct Share {
    A divergence;  // to D
    A of_q;        // to KL(Q || M); not of KL(P || Q), whose gradient does not ask for it
    A log_ratio;   // log(M / Q), with the same exception
    A drift;       // Q - P as d has it: sums to 0 where d is exact
  };

  /** From P, Q and d = log(Q / P) of the class. */
  LOGITOPS_DEVICE Share share(A p, A q, A d) const {
    const A drift = fabs(d) <= 1 ? p * (d + tail(d)) : q - p;
    if constexpr (kKind == DivergenceKind::kKl) {
      return {of_sides(p, q, d), 0, 0, drift};
    }
    if constexpr (kKind == DivergenceKind::kReverseKl) {
      const A of_q = of_sides(q, p, -d);
      return {of_q, of_q, -d, drift};
    }
    const A over_larger = log_mixture_over_larger(d);
    const A over_smaller = log_mixture_over_smaller(d, over_larger);
    const A over_p = d > 0 ? over_smaller : over_larger;
    const A over_q = d > 0 ? over_larger : over_smaller;
    const A mixture = fused(weight_of_p, p, weight_of_q * q);
    const A of_q = relative_entropy(q, mixture, over_q);
    const A of_p = weighted(weight_of_p, relative_entropy(p, mixture, over_p));
    return {fused(weight_of_q, of_q, of_p), of_q, over_q, drift};
  }

  /**
   * D from the sums of its shares. P and Q add up to 1 only as far as the sums of exponentials are known, so all d are
   * off by one small number, which D feels by its square: half the square of the drift, times the curvature of the
   * kind.
   */
  LOGITOPS_DEVICE A total(A divergence, A drift) const {
    const A curvature = kKind == DivergenceKind::kJensenShannon ? weight_of_p * weight_of_q : A(1);
    const A total = divergence - curvature / 2 * drift * drift;
    return total < 0 ? A(0) : total;
  }

 private:
  /** log of M over the larger of P and Q, in [-abs d, 0]; -inf only where the larger has no weight. */
  LOGITOPS_DEVICE A log_mixture_over_larger(A d) const {
    const A down = -fabs(d);
    const A smaller = exponential(down);  // over the larger
    const A less = down >= -1 ? down + tail(down) : smaller - 1;
    const A of_larger = d > 0 ? weight_of_q : weight_of_p;
    const A of_smaller = d > 0 ? weight_of_p : weight_of_q;
    const A off = of_smaller * less;
    // Farther off it is 1 + off that cancels.
    const bool near = off > A(-0.5);
    const A sum = near ? 1 + off : fused(of_smaller, smaller, of_larger);
    return logarithm(sum) + (near ? off - (sum - 1) : A(0));
  }

  /** log of M over the smaller, in [0, abs d]. Where that is nearly all of M, over_larger + abs d would cancel. */
  LOGITOPS_DEVICE A log_mixture_over_smaller(A d, A over_larger) const {
    const A up = fabs(d);
    const A more = up <= 1 ? up + tail(up) : exponential(up) - 1;
    const A off = (d > 0 ? weight_of_q : weight_of_p) * more;
    return off < A(0.5) ? log_one_plus(off) : over_larger + up;
  }

  /** log(1 + off) for off in (-1/2, 1/2): with what 1 + off rounds away. */
  LOGITOPS_DEVICE static A log_one_plus(A off) {
    const A sum = 1 + off;
    return logarithm(sum) + (off - (sum - 1));
  }
};

}  // namespace logitops
