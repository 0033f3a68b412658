// row_losses: from the sums over a row, or over the parts of a row, to its loss. With the logits z = unit v of
// logits.cuh, the targets T of targets.cuh and lambda the z-loss
//
//   lse    = log sum_j exp(z_j)
//   loss   = sum_j T_j (lse - z_j) = S log sum_j exp(z_j - max) - sum_j T_j (z_j - max),   S = sum_j T_j
//   z-loss = lambda lse^2
//
// The two stay apart until batch_sums.cu has divided each by its own divisor and then adds them up.
#pragma once

#include "labels.cuh"

namespace logitops {

/** All that a loss depends on beside the label's weight. Those of parts of a row combine. */
template <class A>
struct RowSums {
  RowStatistic<A> statistic;  // of v
  A label_logit;              // the label's v; 0 if it is not here
  A spread;                   // of T but for the label's peak
  A spread_logits;            // of that times unit (v - statistic.shift())

  /** Of counted regular rows. */
  LOGITOPS_DEVICE A loss(const LabelTarget<A>& target, A unit) const {
    const A log_sum = statistic.log_sum();
    const A peak = weighted(target.peak, log_sum - (label_logit - statistic.shift()) * unit);
    return target.spreads() ? peak + fused(spread, log_sum, -spread_logits) : peak;
  }
};

/** The two spreads while the maximum rises, and with it what is subtracted from v. */
template <class A>
struct SpreadSums {
  A unit;
  Compensated<A> targets;
  Compensated<A> logits;
  A shift = 0;

  /** From now on v counts from `to`; so does what was added before. */
  LOGITOPS_DEVICE void move_to(A to) {
    if (to != shift) {
      logits.add(weighted(targets.value(), (shift - to) * unit));
      shift = to;
    }
  }

  /** Overwrites the targets. */
  LOGITOPS_DEVICE void add(Fragment<A>& t, const Fragment<A>& v) {
    targets.add(fragment_sum<A>(t));
#pragma unroll
    for (int k = 0; k < kFragment<A>; k++) {
      t[k] = weighted(t[k], (v[k] - shift) * unit);
    }
    logits.add(fragment_sum<A>(t));
  }
};

/** Where what there is one of per row goes. Null: not asked for. */
template <class A>
struct RowOutputs {
  A* row_losses;  // without z-losses
  A* lse;
  A* target_sums;  // S; written where targets spread, else it is the peak
  Statistics<A> statistics;
  A* z_losses;
  int32_t* argmax;
  int32_t* correct;
  A* entropy;
  int32_t* ranks;

  template <CallKind kKnown>
  LOGITOPS_DEVICE RowOutputs known() const {
    if (kKnown == CallKind::kAny) {
      return *this;
    }
    return {row_losses, lse, target_sums, statistics, z_losses, nullptr, nullptr, nullptr, nullptr};
  }

  /** The lse as it is; the loss 0 for an ignored row, NaN for a bad label or an lse that is not finite. */
  LOGITOPS_DEVICE void write_losses(int64_t row, const LabelTarget<A>& target, const RowSums<A>& sums, A unit,
                                    A z_loss) const {
    const bool good = target.counted && sums.statistic.regular();
    const A row_lse = sums.statistic.lse(unit);
    lse[row] = row_lse;
    statistics.write(row, sums.statistic);
    row_losses[row] = target.ignored ? A(0) : good ? sums.loss(target, unit) : A(NAN);
    write(z_losses, row, target.counted ? (good ? z_loss * row_lse * row_lse : A(NAN)) : A(0));
    if (target.counted && target.spreads()) {
      target_sums[row] = target.peak + sums.spread;
    }
  }

  /** Of a row that is not read. */
  LOGITOPS_DEVICE void write_uncounted(int64_t row, bool ignored) const {
    row_losses[row] = ignored ? A(0) : A(NAN);
    lse[row] = 0;
    statistics.write(row, {0, 0});
    write(z_losses, row, A(0));
    write(argmax, row, -1);
    write(correct, row, 0);
    write(entropy, row, A(0));
    write(ranks, row, -1);
  }

  template <class V>
  LOGITOPS_DEVICE static void write(V* to, int64_t row, V value) {
    if (to != nullptr) {
      to[row] = value;
    }
  }
};

/** Row sums in memory, [kCount, rows]: what one shard knows of each row. */
template <class A>
struct Partials {
  static constexpr int kCount = 5;

  A* values;
  int64_t rows;

  LOGITOPS_DEVICE void write(int64_t row, const RowSums<A>& sums) const {
    const A each[kCount] = {sums.statistic.max, sums.statistic.sum, sums.label_logit, sums.spread, sums.spread_logits};
#pragma unroll
    for (int k = 0; k < kCount; k++) {
      values[k * rows + row] = each[k];
    }
  }

  LOGITOPS_DEVICE A read(int64_t shard, int which, int64_t row) const {
    return values[(shard * kCount + which) * rows + row];
  }
};

}  // namespace logitops
