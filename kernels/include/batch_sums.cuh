// batch_sums: what the rows of a call come to: how many count and what they weigh, the first label out of range, and the
// sums of their losses. The kernel that walks the logits does it by the way.
//
//   stats[0]    = rows that are neither ignored nor out of range; all rows where there are no labels
//   divisors[0] = sum of weights[label] over them; their number without weights or labels
//   divisors[1] = their number
//   stats[1], stats[2] = the first row whose label is out of range and that label; left alone if there is none, or if
//                        stats[1] >= 0 says that an earlier batch met one
//   stats[3]    = sum of correct, if there is one
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
};

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
  int64_t rows;
  Labels<A> targets;  // that no value of the kernel's own rows waits in a register for the sums

  template <CallKind kKnown>
  LOGITOPS_DEVICE BatchSums known() const {
    if (kKnown == CallKind::kAny) {
      return *this;
    }
    __builtin_assume(row_losses != nullptr && chunks != nullptr && targets.labels.labels != nullptr);
    BatchSums sums = *this;
    sums.correct = nullptr;
    return sums;
  }

  /** The same where no rows are walked. */
  LOGITOPS_DEVICE BatchSums of_labels() const {
    __builtin_assume(chunks != nullptr);
    return {nullptr, nullptr,  nullptr, loss, z_loss,     divisors, stats,
            chunks,  counters, empty,   mean, chunk_rows, rows,     targets};
  }

  /** All threads of a block, once its rows [first, first + count) are written, which are of one chunk. */
  LOGITOPS_DEVICE void rows_done(int64_t first, uint32_t count) const {
    if (chunks == nullptr) {
      return;
    }
    __syncthreads();  // the rows are written, and `last` of the rows before was read
    const int64_t chunk = quotient(first, chunk_rows);
    const int64_t of_chunk = rows - chunk * chunk_rows;
    if (completes(&counters[1 + chunk], count, of_chunk < chunk_rows ? of_chunk : chunk_rows)) {
      chunk_done(chunk);
    }
  }

  /** All threads of the block that has a chunk to itself, or was the last to write of it. */
  LOGITOPS_DEVICE void chunk_done(int64_t chunk) const {
    const int64_t all = rows == 0 ? 1 : quotient(rows + chunk_rows - 1, chunk_rows);
    const int64_t begin = chunk * chunk_rows;
    const uint32_t count = begin + chunk_rows < rows ? chunk_rows : static_cast<uint32_t>(rows - begin);
    RowsSum sum = of_rows(begin, count);
#pragma unroll 1  // of the chunk's rows, and of all chunks
    for (bool last = false;; last = true) {
      reduce(sum, last ? all : count);
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
      write(sum);
    }
  }

 private:
  static constexpr int kUnroll = sizeof(A) == 8 ? 2 : 4;  // rows that a thread has under way at a time
  static constexpr uint32_t kWarp = 32;
  static constexpr uint32_t kWarps = (sizeof(A) == 8 ? kRowThreads : kHeldThreads) / kWarp;  // of a block, at most

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
  LOGITOPS_DEVICE bool weighs() const { return targets.weights != nullptr && targets.labels.labels != nullptr; }

  /** What this thread's rows of a chunk come to; adds z-losses to row losses. */
  LOGITOPS_DEVICE RowsSum of_rows(int64_t begin, uint32_t count) const {
    const bool has_losses = row_losses != nullptr && (loss != nullptr || z_losses != nullptr);
    RowsSum sum;
    uint32_t counted = 0;
    uint32_t first_bad = UINT32_MAX;
    uint32_t correct_rows = 0;
#pragma unroll 1
    for (uint32_t first = thread_of_block(); first < count; first += kUnroll * block_threads()) {
      RowLabel label[kUnroll];
      A row_loss[kUnroll];
#pragma unroll
      for (int k = 0; k < kUnroll; k++) {
        const uint32_t r = first + k * block_threads();
        label[k] = r < count ? row_label(targets.labels, begin + r, targets.classes) : RowLabel{true, false, kNoClass};
        row_loss[k] = r < count && has_losses ? row_losses[begin + r] : A(0);
      }
#pragma unroll
      for (int k = 0; k < kUnroll; k++) {
        sum.losses.add(row_loss[k]);
        counted += label[k].counted ? 1 : 0;
        if (!label[k].counted && !label[k].ignored) {
          first_bad = min(first_bad, first + k * block_threads());
        }
        if (weighs() && label[k].counted) {
          sum.weights.add(targets.weights[label[k].label]);
        }
      }
      if (z_losses != nullptr || correct != nullptr) {
#pragma unroll 1
        for (int k = 0; k < kUnroll; k++) {
          const uint32_t r = first + k * block_threads();
          if (r < count && z_losses != nullptr) {
            sum.z_losses.add(z_losses[begin + r]);
            row_losses[begin + r] += z_losses[begin + r];
          }
          if (r < count && correct != nullptr) {
            correct_rows += correct[begin + r];
          }
        }
      }
    }
    sum.counted = counted;
    sum.first_bad = first_bad == UINT32_MAX ? INT64_MAX : begin + first_bad;
    sum.correct = correct_rows;
    return sum;
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
  LOGITOPS_DEVICE RowsSum of_chunks(int64_t all) const {
    RowsSum sum;
#pragma unroll 1
    for (int64_t chunk = thread_of_block(); chunk < all; chunk += block_threads()) {
      merge(sum, [&](auto field) { return chunks[chunk].*field; });
    }
    return sum;
  }

  /** The sum of the first `items` threads of the block, for its first one. What was not asked for is 0 in all. */
  LOGITOPS_DEVICE void reduce(RowsSum& sum, int64_t items) const {
    __shared__ RowsSum of_warp[kWarps];
    const uint32_t warps = block_threads() / kWarp;
    const uint32_t thread = thread_of_block();
    bool takes_part = thread / kWarp * kWarp < items;
    uint32_t width = kWarp;
#pragma unroll 1  // first each warp, then the first warp the others' sums
    for (int level = 0; level < 2; level++) {
#pragma unroll 1
      for (uint32_t mask = takes_part ? width / 2 : 0; mask > 0; mask /= 2) {
        merge(sum, [&](auto field) { return shuffle_xor(UINT32_MAX, sum.*field, mask); });
      }
      if (level == 0) {
        if (thread % kWarp == 0) {
          of_warp[thread / kWarp] = sum;
        }
        __syncthreads();
        sum = of_warp[thread & (warps - 1)];
        takes_part = thread < kWarp;
        width = warps;
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

}  // namespace logitops
