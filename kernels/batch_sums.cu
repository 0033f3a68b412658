// batch_sums: what the rows of a batch come to: how many count and what they weigh, the first label out of range, and the
// sums of their losses. Launched behind the kernel that walked the rows, and before it, without losses, where gradients
// are divided by what labels come to.
//
//   stats[0]    = rows that are neither ignored nor out of range; all rows where there are no labels
//   divisors[0] = sum of weights[label] over them; their number without weights or labels
//   divisors[1] = their number
//   divisors[2] = divisors[0] / divisors[1]
//   stats[1], stats[2] = the first row whose label is out of range and that label; left alone if there is none, or if
//                        stats[1] >= 0 says that an earlier batch met one
//   stats[3]    = sum of correct, if there is one
//   loss        = sum of row_losses / divisors[0] + sum of z_losses / divisors[1], or undivided for a SUM
//   z_loss      = sum of z_losses / divisors[1]
//
// and row_losses += z_losses: up to here the rows' losses were without them, as the two have a divisor each and would
// not come apart again without the rounding of both.
//
// Shapes    row_losses, z_losses, correct, labels: [rows]; weights: [classes]; chunks: one for each block.
// Launch    blocks of 512, one for each chunk of chunk_rows rows; one if there are no rows. The block that is done last
//           adds the chunks up: see include/grid_sum.cuh.
// Numerics  sums are in f64, and of f64 compensated; their order depends on the number of rows alone. A NaN among the row losses makes the loss NaN. If no row counts, loss and z_loss of a
//           MEAN are `empty`; if their weights sum to 0, the loss is NaN.
#include "include/entries.cuh"
#include "include/grid_sum.cuh"
#include "include/labels.cuh"

namespace logitops {

/** What some rows come to. */
template <class A>
struct RowsSum {
  using Sum = GridSum<A>;

  Sum losses;
  Sum z_losses;
  Sum weights;
  long long counted = 0;
  long long first_bad = INT64_MAX;  // there is none
  long long correct = 0;
};

/** What is added up, and where it goes. */
template <class A>
struct BatchSums {
  using RowsSum = logitops::RowsSum<A>;

  A* row_losses;  // null: the op has none, or not yet
  const A* z_losses;
  const int32_t* correct;
  A* loss;           // null for NONE
  A* z_loss;         // null: there are no z-losses
  double* divisors;  // null: nothing is divided
  int64_t* stats;
  RowsSum* chunks;
  uint32_t* counter;  // of chunks that are done: see include/grid_sum.cuh
  double empty;
  int32_t mean;  // 0: a SUM
  uint32_t chunk_rows;
  int64_t rows;
  Labels<A> targets;

  /** All threads of the block that has this chunk. */
  LOGITOPS_DEVICE void add_chunk(uint32_t chunk) const {
    const int64_t begin = static_cast<int64_t>(chunk) * chunk_rows;
    const uint32_t count = begin + chunk_rows < rows ? chunk_rows : static_cast<uint32_t>(rows - begin);
    const uint32_t all = gridDim.x;
    RowsSum sum = of_rows(begin, count);
#pragma unroll 1  // of the chunk's rows, and of all chunks
    for (bool last = all == 1;; last = true) {
      reduce(sum);
      if (last) {
        break;
      }
      if (threadIdx.x == 0) {
        chunks[chunk] = sum;
      }
      if (!completes<A>(counter, all)) {
        return;
      }
      sum = of_chunks(all);
    }
    if (threadIdx.x == 0) {
      write(sum);
    }
  }

 private:
  static constexpr int kUnroll = 4;  // rows that a thread has under way at a time
  static constexpr uint32_t kWarp = 32;
  static constexpr uint32_t kWarps = kSumThreads / kWarp;

  /** Probabilities have their weights in them. */
  LOGITOPS_DEVICE bool weighs() const { return targets.weights != nullptr && targets.labels.labels != nullptr; }

  /** What this thread's rows of a chunk come to; adds z-losses to row losses. */
  LOGITOPS_DEVICE RowsSum of_rows(int64_t begin, uint32_t count) const {
    const bool has_losses = row_losses != nullptr && (loss != nullptr || z_losses != nullptr);
    RowsSum sum;
#pragma unroll 1
    for (uint32_t first = threadIdx.x; first < count; first += kUnroll * blockDim.x) {
      int64_t labels[kUnroll];
      A row_loss[kUnroll];
      if (targets.labels.are_i64 != 0) {  // asked once, so that all loads are under way before one is looked at
        fetch(static_cast<const int64_t*>(targets.labels.labels), begin, first, count, labels);
      } else {
        fetch(static_cast<const int32_t*>(targets.labels.labels), begin, first, count, labels);
      }
      fetch(has_losses ? row_losses : nullptr, begin, first, count, row_loss);
#pragma unroll
      for (int k = 0; k < kUnroll; k++) {
        const uint32_t r = first + k * blockDim.x;
        sum.losses.add(row_loss[k]);
        if (r < count) {
          const RowLabel label = targets.labels.labels == nullptr ? RowLabel{false, true, 0}
                                                                  : targets.labels.says(labels[k], targets.classes);
          sum.counted += label.counted ? 1 : 0;
          if (!label.counted && !label.ignored && begin + r < sum.first_bad) {
            sum.first_bad = begin + r;
          }
          if (weighs() && label.counted) {
            sum.weights.add(targets.weights[label.label]);
          }
        }
      }
      if (z_losses != nullptr || correct != nullptr) {
#pragma unroll 1
        for (uint32_t r = first; r < count && r < first + kUnroll * blockDim.x; r += blockDim.x) {
          if (z_losses != nullptr) {
            sum.z_losses.add(z_losses[begin + r]);
            row_losses[begin + r] += z_losses[begin + r];
          }
          if (correct != nullptr) {
            sum.correct += correct[begin + r];
          }
        }
      }
    }
    return sum;
  }

  /** This thread's next of a chunk's rows; 0 where there are none. */
  template <class From, class To>
  LOGITOPS_DEVICE static void fetch(const From* from, int64_t begin, uint32_t first, uint32_t count, To* into) {
#pragma unroll
    for (int k = 0; k < kUnroll; k++) {
      const uint32_t r = first + k * blockDim.x;
      into[k] = from != nullptr && r < count ? from[begin + r] : To(0);
    }
  }

  /** Adds the fields of another sum, but for those that nobody asked for, which are 0. */
  template <class Other>
  LOGITOPS_DEVICE void merge(RowsSum& sum, Other other) const {
    sum.counted += other(&RowsSum::counted);
    const long long first_bad = other(&RowsSum::first_bad);
    sum.first_bad = first_bad < sum.first_bad ? first_bad : sum.first_bad;
    if (row_losses != nullptr) {
      sum.losses.merge(other(&RowsSum::losses));
    }
    if (z_losses != nullptr) {
      sum.z_losses.merge(other(&RowsSum::z_losses));
    }
    if (weighs()) {
      sum.weights.merge(other(&RowsSum::weights));
    }
    if (correct != nullptr) {
      sum.correct += other(&RowsSum::correct);
    }
  }

  /** What this thread's chunks come to. */
  LOGITOPS_DEVICE RowsSum of_chunks(uint32_t all) const {
    RowsSum sum;
    for (uint32_t chunk = threadIdx.x; chunk < all; chunk += blockDim.x) {
      merge(sum, [&](auto field) { return chunks[chunk].*field; });
    }
    return sum;
  }

  /** The sum of all threads of the block, for its first one. What was not asked for is 0 in all. */
  LOGITOPS_DEVICE void reduce(RowsSum& sum) const {
    __shared__ alignas(RowsSum) char of_warp[kWarps][sizeof(RowsSum) | 8];  // that neighbours lie in other banks
#pragma unroll 1  // first each warp, then the first warp the others' sums
    for (uint32_t lanes = kWarp; lanes != 0; lanes = lanes == kWarp && threadIdx.x < kWarp ? kWarps : 0) {
#pragma unroll 1
      for (uint32_t mask = lanes / 2; mask > 0; mask /= 2) {
        merge(sum, [&](auto field) { return shuffle_xor(sum.*field, mask); });
      }
      if (lanes == kWarp) {
        if (threadIdx.x % kWarp == 0) {
          *reinterpret_cast<RowsSum*>(of_warp[threadIdx.x / kWarp]) = sum;
        }
        __syncthreads();
        sum = *reinterpret_cast<const RowsSum*>(of_warp[threadIdx.x % kWarps]);
      }
    }
  }

  LOGITOPS_DEVICE void write(const RowsSum& sum) const {
    const double number = static_cast<double>(sum.counted);
    const double weight = weighs() ? sum.weights.value() : number;
    stats[0] = sum.counted;
    if (divisors != nullptr) {
      divisors[0] = weight;
      divisors[1] = number;
      divisors[2] = weight / number;
    }
    if (sum.first_bad != INT64_MAX && stats[1] < 0) {
      stats[1] = sum.first_bad;
      stats[2] = targets.labels.at(sum.first_bad);
    }
    stats[3] = sum.correct;
    if (loss != nullptr) {
      const double counted = mean == 0 ? 1 : number;
      const double z = sum.z_losses.value() / counted;
      const double losses = sum.losses.value();
      const double reduced = mean == 0 ? losses + z : weight == 0 ? NAN : losses / weight + z;
      // Where nothing counts, the sums are 0, or NaN for a bad label, which stays.
      *loss = static_cast<A>(counted == 0 ? losses + empty : reduced);
      if (z_loss != nullptr) {
        *z_loss = static_cast<A>(counted == 0 ? empty : z);
      }
    }
  }
};

template <class A>
LOGITOPS_DEVICE void batch_sums(const BatchSums<A>& a) {
  a.add_chunk(blockIdx.x);
}

}  // namespace logitops

LOGITOPS_ARITHMETIC_ENTRIES(batch_sums, BatchSums, logitops::kSumThreads)
