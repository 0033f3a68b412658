// held: a row of whole vectors waits in the registers of the threads that share it: a few lanes, a warp, or a block of up
// to 1024. It is read once, at once, and nothing of it goes through shared memory. What tier_rows.cuh says of columns and
// hazards holds here, too.
//
// Launch    block (threads of a row, rows), threads a power of 2; beyond 32 threads a block has one row. A grid of all rows:
//           no register is free to step on with. As many threads as hold the row, 2, 4 or 8 vectors of 16 bytes each; not for
//           f64. inner = 1 and unit axis strides only. kept = 0.
#pragma once

#include "tier_rows.cuh"

namespace logitops {

/** A row in registers. */
template <class T, int kCount>
struct HeldRow : HeldVectors<T, kCount> {
  using A = Arithmetic<T>;
  using Columns = GroupColumns<HeldVectors<T, kCount>::kVector>;

  DenseRow<const T> row;

  LOGITOPS_DEVICE const T* at(uint32_t column) const { return row.at(column); }

  /** What is missing was said when the row was read. */
  LOGITOPS_DEVICE void load(Columns columns, A, Fragment<A>& into) const { this->fragment(columns.index, into); }
};

template <class T, int kHeldVectors>
class TierHeld {
  using A = Arithmetic<T>;
  static constexpr int kVector = kVectorBytes / sizeof(T);
  static constexpr int kCount = kHeldVectors * kVector / kFragment<A>;
  static constexpr uint32_t kWarp = 32;

 public:
  static constexpr int kVectors = kHeldVectors;
  /** The most threads that a row may have; half as many where two rows are held, of eight vectors a thread each. */
  static constexpr int kThreads = kHeldThreads;
  /** For 40, 48 and 64 registers: the shorter a row, the more of them must be under way. */
  static constexpr int kBoundThreads = kHeldVectors == 8 ? kHeldThreads : 256;
  static constexpr int kBoundBlocks = kHeldVectors == 8 ? 1 : kHeldVectors == 4 ? 5 : 6;

  LOGITOPS_DEVICE explicit TierHeld(Shape shape) : cols_(shape.cols), zero_(shape.kept) {}

  /** Calls f(row) for the row of this group; where groups share a warp those without one call, too, as in tier_rows.cuh. */
  template <class F>
  LOGITOPS_DEVICE void each_row(Shape shape, F f) {
    const int64_t row = static_cast<int64_t>(blockIdx.x) * blockDim.y + threadIdx.y;
    if (row >= shape.rows) {
      cols_ = 0;
    }
    f(row < shape.rows ? row : shape.rows - 1);
  }

  /** As in tier_rows.cuh. */
  LOGITOPS_DEVICE bool skips_row() {
    cols_ = 0;
    return blockDim.x >= kWarp;
  }

  template <class U>
  LOGITOPS_DEVICE auto row(Tensor<U> tensor, int64_t row) const {
    return DenseRow<U>{tensor.data + row * tensor.outer};
  }

  template <class U>
  LOGITOPS_DEVICE auto per_column(U* data) const {
    return DenseRow<U>{data};
  }

  /** A row, which is read now; `missing` stands for columns past its end. */
  template <int = 0>
  LOGITOPS_DEVICE auto keep(Tensor<const T> tensor, int64_t row, A missing) const {
    HeldRow<T, kCount> held;
    held.row = this->row(tensor, row);
    held.fetch(held.row, first_columns(), missing);
    return held;
  }

  template <int = 0>
  LOGITOPS_DEVICE auto keep_for_later(Tensor<const T> tensor, int64_t row, A missing) const {
    return keep(tensor, row, missing);
  }

  template <class... Rows>
  LOGITOPS_DEVICE void await_kept(const Rows&...) const {}

  template <class... Rows>
  LOGITOPS_DEVICE void release_kept(const Rows&...) const {}

  /**
   * Before a row is looked at again: lets the compiler believe that it is another one. It would keep all elements widened,
   * which takes twice the registers.
   */
  LOGITOPS_DEVICE void look_again(HeldRow<T, kCount>& held) const {
    held.columns.first ^= zero_;
    if constexpr (sizeof(T) < sizeof(A)) {
#pragma unroll
      for (int v = 0; v < held.kVectors; v++) {
        held.vectors[v].x ^= zero_;
        held.vectors[v].y ^= zero_;
        held.vectors[v].z ^= zero_;
        held.vectors[v].w ^= zero_;
      }
    }
  }

  /** Calls f(GroupColumns) for each fragment of this thread's columns. */
  template <class F>
  LOGITOPS_DEVICE void each_fragment(F f) const {
    constexpr int kOfFragment = kFragment<A> / kVector;
    const int held = first_columns().vectors();
#pragma unroll
    for (int i = 0; i < kCount; i++) {
      const auto columns = first_columns().template after<A>(i);
      if (i == 0 || i * kOfFragment < held) {
        f(columns);
      }
    }
  }

  /** The same, in a loop where it is said: for what is not of the row. */
  template <class F>
  LOGITOPS_DEVICE void each_fragment_alike(F f) const {
#pragma unroll 1
    for (auto columns = first_columns(); columns.any(); columns = columns.template after<A>(1)) {
      f(columns);
    }
  }

  /** Calls f(GroupColumns, values) once. */
  template <class F>
  LOGITOPS_DEVICE void each_step(const HeldRow<T, kCount>& held, A, F f) const {
    f(held.columns, held);
  }

  /** Whether this thread has a column. */
  LOGITOPS_DEVICE bool has(uint32_t column) const {
    return column < cols_ && (column / kVector & (blockDim.x - 1)) == threadIdx.x;
  }

  LOGITOPS_DEVICE bool leads() const { return threadIdx.x == 0 && cols_ != 0; }

  LOGITOPS_DEVICE uint32_t cols() const { return cols_; }

  LOGITOPS_DEVICE A max(A value) { return group_.max(value); }
  LOGITOPS_DEVICE A sum(Compensated<A> value) { return group_.sum(value); }
  LOGITOPS_DEVICE Best<A> best(Best<A> value) { return group_.best(value); }

 private:
  LOGITOPS_DEVICE GroupColumns<kVector> first_columns() const {
    return {threadIdx.x * kVector, cols_, 1, kVector * blockDim.x, 0, true};
  }

  uint32_t cols_;
  uint32_t zero_;                           // which the compiler does not know
  GroupReduce<(kHeldVectors == 8)> group_;  // others share a warp
};

/** Rows of up to 8 vectors, two a thread. */
template <class T>
using TierHeld2 = TierHeld<T, 2>;

/** Of up to 16, four. */
template <class T>
using TierHeld4 = TierHeld<T, 4>;

/** Longer ones, eight. */
template <class T>
using TierHeld8 = TierHeld<T, 8>;

}  // namespace logitops
