// batch_sums: what the rows of a call come to: how many count and what they weigh, the first label out of range, and the
// sums of their losses. The kernel that walks the logits does it by the way.
//
//   stats[0]    = rows that are neither ignored nor out of range; all rows where there are no labels
//   divisors[0] = sum of weights[label] over them; their number without weights or labels
//   divisors[1] = their number
//   stats[1], stats[2] = the first row whose label is out of range and that label; left alone if there is none, or if
//                        stats[1] >= 0 says that an earlier batch met one
//   stats[3]    = sum of correct
//   loss        = sum of row_losses / divisors[0] + sum of z_losses / divisors[1], or undivided for a SUM
//   z_loss      = sum of z_losses / divisors[1]
//
// and row_losses += z_losses: up to here the rows' losses were without them, as the two have a divisor each and would
// not come apart again without the rounding of both.
//
// Rows are added up in chunks of chunk_rows by their number. Each block says how many rows of a chunk it has done; the
// one that completes the chunk adds its rows, and the one that completes the last chunk adds the chunks: nobody waits,
// and the order of a sum does not depend on who comes last.
//
// Numerics  sums are compensated, in f64, as a sum may be beyond f32 whose mean is not; their order depends on the
//           number of rows and of a block's threads: the same bits from run to run. A NaN among the row losses makes
//           the loss NaN. If no row counts, loss and z_loss of a MEAN are `empty`; if their weights sum to 0, the loss
//           is NaN.
#pragma once

#include "group_reduce.cuh"
#include "labels.cuh"
#include "tensor.cuh"

namespace logitops {

LOGITOPS_DEVICE uint32_t block_threads() { return blockDim.x * blockDim.y; }

/** The number of this thread in its block. */
LOGITOPS_DEVICE uint32_t thread_of_block() { return threadIdx.y * blockDim.x + threadIdx.x; }

/** What some rows come to. */
struct RowsSum {
  Compensated<double> losses;
  Compensated<double> z_losses;
  Compensated<double> weights;
  long long counted = 0;
  long long first_bad = INT64_MAX;  // there is none
  long long correct = 0;

  LOGITOPS_DEVICE void merge(const RowsSum& other) {
    losses.merge(other.losses);
    z_losses.merge(other.z_losses);
    weights.merge(other.weights);
    counted += other.counted;
    first_bad = other.first_bad < first_bad ? other.first_bad : first_bad;
    correct += other.correct;
  }
};

LOGITOPS_DEVICE RowsSum shuffle_xor(uint32_t members, const RowsSum& sum, uint32_t mask) {
  return {shuffle_xor(members, sum.losses, mask),    shuffle_xor(members, sum.z_losses, mask),
          shuffle_xor(members, sum.weights, mask),   shuffle_xor(members, sum.counted, mask),
          shuffle_xor(members, sum.first_bad, mask), shuffle_xor(members, sum.correct, mask)};
}

/** Where the sums of a call go, and what they are made of. */
template <class A>
struct BatchSums {
  A* row_losses;  // null: the op has none
  const A* z_losses;
  const int32_t* correct;
  A* loss;           // null for NONE
  A* z_loss;         // null: there are no z-losses
  double* divisors;  // null: they are there already, and gradients read them
  int64_t* stats;
  RowsSum* chunks;     // one each; null: nothing is added up
  uint32_t* counters;  // one less than how many chunks are done, then of each chunk one less than how many rows: what
                       // results are filled with at first, and what a launch leaves
  double empty;
  int32_t mean;         // 0: a SUM
  uint32_t chunk_rows;  // a multiple of what a block has at a time

  /** The same where there are losses and nothing else. */
  LOGITOPS_DEVICE BatchSums plain() const {
    __builtin_assume(row_losses != nullptr && chunks != nullptr);
    return {row_losses, nullptr, nullptr, loss, nullptr, divisors, stats, chunks, counters, empty, mean, chunk_rows};
  }

  /** All threads of a block, once its rows [first, first + count) are written, which are of one chunk. */
  LOGITOPS_DEVICE void rows_done(int64_t first, uint32_t count, int64_t rows, const Labels<A>& targets) const {
    if (chunks == nullptr) {
      return;
    }
    __syncthreads();  // the rows are written, and `last` of the rows before was read
    const int64_t chunk = quotient(first, chunk_rows);
    const int64_t of_chunk = rows - chunk * chunk_rows;
    if (completes(&counters[1 + chunk], count, of_chunk < chunk_rows ? of_chunk : chunk_rows)) {
      chunk_done(chunk, rows, targets);
    }
  }

  /** All threads of the block that has a chunk to itself, or was the last to write of it. */
  LOGITOPS_DEVICE void chunk_done(int64_t chunk, int64_t rows, const Labels<A>& targets) const {
    const int64_t all = rows == 0 ? 1 : quotient(rows + chunk_rows - 1, chunk_rows);
    RowsSum sum = of_rows(chunk * chunk_rows, rows, targets);
#pragma unroll 1  // of the chunk's rows, and of all chunks
    for (bool last = false;; last = true) {
      reduce(sum);
      if (last) {
        break;
      }
      if (thread_of_block() == 0) {
        chunks[chunk] = sum;
      }
      if (!completes(&counters[0], 1, all)) {
        return;
      }
      sum = of_chunks(all);
    }
    if (thread_of_block() == 0) {
      write(sum, targets);
    }
  }

 private:
  static constexpr int kUnroll = 4;  // rows that a thread has under way at a time
  static constexpr uint32_t kWarp = 32;
  static constexpr uint32_t kWarps = kRowThreads / kWarp;  // of a block, at most

  /** Whether `count` more make it `all`, and begins anew. Then the threads of this block see what all others wrote before. */
  LOGITOPS_DEVICE static bool completes(uint32_t* counter, uint32_t count, int64_t all) {
    __shared__ int32_t last;
    if (thread_of_block() == 0) {
      __threadfence();
      last = atomicAdd(counter, count) + count + 1 == static_cast<uint32_t>(all);
      if (last != 0) {
        __threadfence();
        atomicExch(counter, UINT32_MAX);
      }
    }
    __syncthreads();
    return last != 0;
  }

  /** Probabilities have their weights in them. */
  LOGITOPS_DEVICE static bool weighs(const Labels<A>& targets) {
    return targets.weights != nullptr && targets.labels.labels != nullptr;
  }

  /** What this thread's rows of a chunk come to; adds z-losses to row losses. */
  LOGITOPS_DEVICE RowsSum of_rows(int64_t begin, int64_t rows, const Labels<A>& targets) const {
    const int64_t end = begin + chunk_rows < rows ? begin + chunk_rows : rows;
    const bool has_losses = row_losses != nullptr && (loss != nullptr || z_losses != nullptr);
    RowsSum sum;
#pragma unroll 1
    for (int64_t first = begin + thread_of_block(); first < end; first += kUnroll * block_threads()) {
      RowLabel label[kUnroll];
      A row_loss[kUnroll];
#pragma unroll
      for (int k = 0; k < kUnroll; k++) {
        const int64_t row = first + k * block_threads();
        label[k] = row < end ? row_label(targets.labels, row, targets.classes) : RowLabel{true, false, kNoClass};
        row_loss[k] = row < end && has_losses ? row_losses[row] : A(0);
      }
#pragma unroll
      for (int k = 0; k < kUnroll; k++) {
        const int64_t row = first + k * block_threads();
        sum.losses.add(row_loss[k]);
        sum.counted += label[k].counted ? 1 : 0;
        if (!label[k].counted && !label[k].ignored && row < sum.first_bad) {
          sum.first_bad = row;
        }
        if (weighs(targets) && label[k].counted) {
          sum.weights.add(targets.weights[label[k].label]);
        }
      }
      if (z_losses != nullptr || correct != nullptr) {
#pragma unroll 1
        for (int k = 0; k < kUnroll; k++) {
          const int64_t row = first + k * block_threads();
          if (row < end && z_losses != nullptr) {
            sum.z_losses.add(z_losses[row]);
            row_losses[row] += z_losses[row];
          }
          if (row < end && correct != nullptr) {
            sum.correct += correct[row];
          }
        }
      }
    }
    return sum;
  }

  /** What this thread's chunks come to. */
  LOGITOPS_DEVICE RowsSum of_chunks(int64_t all) const {
    RowsSum sum;
    for (int64_t chunk = thread_of_block(); chunk < all; chunk += block_threads()) {
      sum.merge(chunks[chunk]);
    }
    return sum;
  }

  /** The sum of all threads of the block, for its first one. */
  LOGITOPS_DEVICE static void reduce(RowsSum& sum) {
    __shared__ RowsSum of_warp[kWarps];
    const uint32_t warps = block_threads() / kWarp;
    const uint32_t thread = thread_of_block();
    uint32_t width = kWarp;
#pragma unroll 1  // first each warp, then the first warp the others' sums
    for (int level = 0; level < 2; level++) {
#pragma unroll 1
      for (uint32_t mask = width / 2; mask > 0; mask /= 2) {
        sum.merge(shuffle_xor(UINT32_MAX, sum, mask));
      }
      if (level == 0) {
        if (thread % kWarp == 0) {
          of_warp[thread / kWarp] = sum;
        }
        __syncthreads();
        sum = of_warp[thread & (warps - 1)];
        width = warps;
      }
    }
  }

  LOGITOPS_DEVICE void write(const RowsSum& sum, const Labels<A>& targets) const {
    const double number = static_cast<double>(sum.counted);
    const double weight = weighs(targets) ? sum.weights.value() : number;
    stats[0] = sum.counted;
    if (divisors != nullptr) {
      divisors[0] = weight;
      divisors[1] = number;
    }
    if (sum.first_bad != INT64_MAX && stats[1] < 0) {
      stats[1] = sum.first_bad;
      stats[2] = targets.labels.at(sum.first_bad);
    }
    if (correct != nullptr) {
      stats[3] = sum.correct;
    }
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

}  // namespace logitops
