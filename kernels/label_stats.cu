// label_stats: what a batch's labels tell before any logit is read: how many rows count, what MEAN divides by, and the first
// label out of range, as include/batch_sums.cuh has it. For gradients that are divided by it, and for batches without rows.
//
// Shapes    labels: [rows], or null; weights: [classes], or null for 1 each; chunks: one for each chunk_rows rows.
// Launch    blocks of 256, one for each chunk; one if there are no rows.
// Numerics  see include/batch_sums.cuh.
#include "include/batch_sums.cuh"
#include "include/entries.cuh"

namespace logitops {

template <class A>
struct LabelStats {
  BatchSums<A> sums;
};

template <class A>
LOGITOPS_DEVICE void label_stats(const LabelStats<A>& a) {
  a.sums.of_labels().chunk_done(blockIdx.x);
}

}  // namespace logitops

LOGITOPS_ARITHMETIC_ENTRIES(label_stats, LabelStats, logitops::kOneBlock)
