// label_stats: what a batch's labels tell before any logit is read: how many rows count, what MEAN divides by, and the
// first label out of range.
//   stats[0]    = rows that are neither ignored nor out of range; all rows where labels are null (targets are
//                 probabilities)
//   divisors[0] = sum of weights[label] over them; their number without weights or labels
//   divisors[1] = their number
//   stats[1], stats[2] = the first row whose label is out of range and that label; left alone if there is none, or if
//                        stats[1] >= 0 says that an earlier batch met one
//
// Shapes    labels: [rows], or null; weights: [cols], f64 or f32 as weights_are_f64 says, or null for 1 each;
//           stats: [3] and more; divisors: [2].
// Launch    one block of 256; rows may be 0.
// Numerics  the sum is compensated, in f64, in an order that depends on rows alone: the same bits from run to run.
#include "include/entries.cuh"
#include "include/labels.cuh"

namespace logitops {

constexpr int kThreads = 256;

/** weights[label], whichever type they have. */
LOGITOPS_DEVICE double weight(const void* weights, bool weights_are_f64, int64_t label) {
  return weights_are_f64 ? static_cast<const double*>(weights)[label] : static_cast<const float*>(weights)[label];
}

LOGITOPS_DEVICE void label_stats(double* divisors, int64_t* stats, const void* labels, const void* weights,
                                 int64_t rows, int32_t cols, int64_t ignore_index, bool has_ignore, bool labels_are_i64,
                                 bool weights_are_f64) {
  constexpr int kUnroll = 8;  // labels that a thread has under way at a time
  constexpr long long kNone = INT64_MAX;
  long long counted = 0;
  long long first_bad = kNone;
  Compensated<double> sum;
  for (int64_t first = threadIdx.x; first < rows; first += kUnroll * kThreads) {
    int64_t label[kUnroll];
#pragma unroll
    for (int k = 0; k < kUnroll; k++) {
      const int64_t row = first + k * kThreads;
      label[k] = row < rows ? label_of(labels, labels_are_i64, row) : 0;
    }
#pragma unroll
    for (int k = 0; k < kUnroll; k++) {
      const int64_t row = first + k * kThreads;
      const bool asks = row < rows && !(has_ignore && label[k] == ignore_index);
      const bool counts = asks && label[k] >= 0 && label[k] < cols;
      counted += counts ? 1 : 0;
      first_bad = asks && !counts && row < first_bad ? row : first_bad;
      label[k] = counts ? label[k] : -1;
    }
    if (weights != nullptr) {
#pragma unroll
      for (int k = 0; k < kUnroll; k++) {
        sum.add(label[k] >= 0 ? weight(weights, weights_are_f64, label[k]) : 0.0);
      }
    }
  }
  GroupReduce block;
  counted = block.sum(counted);
  first_bad = block.min(first_bad);
  const double weight_sum = block.sum(sum);
  if (threadIdx.x == 0) {
    stats[0] = counted;
    divisors[0] = weights == nullptr ? static_cast<double>(counted) : weight_sum;
    divisors[1] = static_cast<double>(counted);
    if (first_bad != kNone && stats[1] < 0) {
      stats[1] = first_bad;
      stats[2] = label_of(labels, labels_are_i64, first_bad);
    }
  }
}

}  // namespace logitops

LOGITOPS_ENTRY(logitops::kThreads) label_stats(double* divisors, int64_t* stats, const void* labels,
                                               const void* weights, int64_t rows, int32_t cols, int64_t ignore_index,
                                               int32_t has_ignore, int32_t labels_are_i64, int32_t weights_are_f64) {
  if (labels != nullptr) {
    logitops::label_stats(divisors, stats, labels, weights, rows, cols, ignore_index, has_ignore != 0,
                          labels_are_i64 != 0, weights_are_f64 != 0);
  } else if (threadIdx.x == 0) {
    stats[0] = rows;
    divisors[0] = static_cast<double>(rows);
    divisors[1] = static_cast<double>(rows);
  }
}
