// row_statistic: what the softmax of a row depends on once the row was read, and the softmax that comes of it.
//
// It is a pair, the maximum and the sum of exponentials from there. Added up to a log-sum-exp they would be one rounded
// number: of a row at -1e9 it is off by up to 32, and with it every exponent. A logit less the maximum is exact or nearly
// so, wherever the row lies; forward ops therefore save the pair for their gradients. It holds the sum rather than its
// logarithm, because a probability from it is as exact as in the forward op.
#pragma once

#include <type_traits>

#include "arithmetic.cuh"

namespace logitops {

template <class A>
struct RowStatistic {
  A max;  // of v, or up to 1 / scale less; -inf if there is nothing else
  A sum;  // of exp(scale * (v - shift()))

  LOGITOPS_DEVICE A shift() const { return isinf(max) ? A(0) : max; }

  /** Whether the lse is finite. If not, everything that is computed from the row is NaN. */
  LOGITOPS_DEVICE bool regular() const { return sum > 0 && is_finite(sum); }

  LOGITOPS_DEVICE A log_sum() const { return logarithm(sum); }

  /** As it is: infinite or NaN if the row has it so. */
  LOGITOPS_DEVICE A lse(A scale = 1) const { return fused(scale, shift(), log_sum()); }
};

/** The statistics of all rows in memory, [2, rows]: maxima, then sums. */
template <class A>
struct Statistics {
  using Row = RowStatistic<std::remove_const_t<A>>;

  A* values;  // null: not asked for
  int64_t rows;

  LOGITOPS_DEVICE void write(int64_t row, const Row& statistic) const {
    if (values != nullptr) {
      values[row] = statistic.max;
      values[rows + row] = statistic.sum;
    }
  }

  LOGITOPS_DEVICE Row read(int64_t row) const { return {values[row], values[rows + row]}; }
};

/** The softmax of scale * v; a row whose lse is not finite is NaN throughout. */
template <class A>
class RowSoftmax {
 public:
  LOGITOPS_DEVICE explicit RowSoftmax(const RowStatistic<A>& row, A scale = 1)
      : scale_(scale),
        unit_(exponent_unit(scale)),
        shift_(row.shift()),
        log_sum_(row.regular() ? row.log_sum() : A(NAN)),
        inverse_sum_(row.regular() ? 1 / row.sum : A(NAN)) {}

  /** With p that many times as large. */
  LOGITOPS_DEVICE RowSoftmax times(A factor) const {
    RowSoftmax scaled = *this;
    scaled.inverse_sum_ *= factor;
    return scaled;
  }

  LOGITOPS_DEVICE A p(A v) const { return exponential(v - shift_, unit_) * inverse_sum_; }

  /** p - t, rounded once. */
  LOGITOPS_DEVICE A p_less(A v, A t) const { return fused(exponential(v - shift_, unit_), inverse_sum_, -t); }

  /** (v - max) - log sum, never v - (max + log sum). */
  LOGITOPS_DEVICE A log_p(A v) const { return fused(scale_, v - shift_, -log_sum_); }

  /** log p(v) + plus, where plus may be nearly as large as log sum. */
  LOGITOPS_DEVICE A log_p_plus(A v, A plus) const { return fused(scale_, v - shift_, plus - log_sum_); }

  /** log(p(v) / other.p(u)), both at one scale: the sums' logarithms, much larger at high temperatures, stay out of it.
   */
  LOGITOPS_DEVICE A log_ratio(A v, const RowSoftmax& other, A u) const {
    return fused(scale_, (v - shift_) - (u - other.shift_), other.log_sum_ - log_sum_);
  }

 private:
  A scale_;
  A unit_;
  A shift_;
  A log_sum_;
  A inverse_sum_;
};

}  // namespace logitops
