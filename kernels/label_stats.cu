// label_stats: what a batch's labels tell before any logit is read: how many rows count, what MEAN divides by, and the
// first label out of range.
//   stats[0]    = rows that are neither ignored nor out of range; all rows where labels are null (targets are
//                 probabilities)
//   divisors[0] = sum of weights[label] over them; their number without weights or labels
//   divisors[1] = their number
//   stats[1], stats[2] = the first row whose label is out of range and that label; left alone if there is none, or if
//                        stats[1] >= 0 says that an earlier batch met one
//
// Shapes    labels: [rows], or null; weights: [classes], f64 or f32, or null for 1 each;
//           stats: [3] and more; divisors: [2].
// Launch    one block of 256; rows may be 0.
// Numerics  the sum is compensated, in f64, in an order that depends on rows alone: the same bits from run to run.
#include "include/entries.cuh"
#include "include/labels.cuh"

namespace logitops {

/** weights[label], whichever type they have. */
LOGITOPS_DEVICE double weight(const void* weights, bool weights_are_f64, int64_t label) {
  return weights_are_f64 ? static_cast<const double*>(weights)[label] : static_cast<const float*>(weights)[label];
}

struct LabelStats {
  double* divisors;
  int64_t* stats;
  ClassLabels labels;
  const void* weights;
  int64_t weights_are_f64;
  int64_t rows;
  int64_t classes;
};

LOGITOPS_DEVICE void label_stats(const LabelStats& a) {
  constexpr int kUnroll = 8;  // labels that a thread has under way at a time
  constexpr long long kNone = INT64_MAX;
  long long counted = 0;
  long long first_bad = kNone;
  Compensated<double> sum;
  for (int64_t first = threadIdx.x; first < a.rows; first += kUnroll * kOneBlock) {
    int64_t label[kUnroll];
#pragma unroll
    for (int k = 0; k < kUnroll; k++) {
      const int64_t row = first + k * kOneBlock;
      label[k] = row < a.rows ? a.labels.at(row) : 0;
    }
#pragma unroll
    for (int k = 0; k < kUnroll; k++) {
      const int64_t row = first + k * kOneBlock;
      const bool asks = row < a.rows && !a.labels.ignores(label[k]);
      const bool counts = asks && label[k] >= 0 && label[k] < a.classes;
      counted += counts ? 1 : 0;
      first_bad = asks && !counts && row < first_bad ? row : first_bad;
      label[k] = counts ? label[k] : -1;
    }
    if (a.weights != nullptr) {
#pragma unroll
      for (int k = 0; k < kUnroll; k++) {
        sum.add(label[k] >= 0 ? weight(a.weights, a.weights_are_f64 != 0, label[k]) : 0.0);
      }
    }
  }
  GroupReduce block;
  counted = block.sum(counted);
  first_bad = block.min(first_bad);
  const double weight_sum = block.sum(sum);
  if (threadIdx.x == 0) {
    a.stats[0] = counted;
    a.divisors[0] = a.weights == nullptr ? static_cast<double>(counted) : weight_sum;
    a.divisors[1] = static_cast<double>(counted);
    if (first_bad != kNone && a.stats[1] < 0) {
      a.stats[1] = first_bad;
      a.stats[2] = a.labels.at(first_bad);
    }
  }
}

}  // namespace logitops

LOGITOPS_ENTRY(logitops::kOneBlock) label_stats(logitops::LabelStats a) {
  if (a.labels.labels != nullptr) {
    logitops::label_stats(a);
  } else if (threadIdx.x == 0) {
    a.stats[0] = a.rows;
    a.divisors[0] = static_cast<double>(a.rows);
    a.divisors[1] = static_cast<double>(a.rows);
  }
}
