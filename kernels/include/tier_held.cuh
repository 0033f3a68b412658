// held: a row of whole vectors waits in the registers of the threads that share it: a few lanes, a warp, or a block of up
// to 1024. It is read once, at once, and nothing of it goes through shared memory. What tier_rows.cuh says of columns and
// hazards holds here, too.
//
// cluster_held: the same of rows that the blocks of a cluster share.
//
// Launch    block (threads of a row, rows), threads a power of 2; beyond 32 threads a block has one row. A grid of all rows:
//           no register is free to step on with. Clusters: as many blocks for each row. As many threads as hold the row, 2, 4 or 8 vectors of 16 bytes each; not for
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

  /** Whether anything may be seen of a fragment. */
  LOGITOPS_DEVICE bool sees(Columns columns) const { return this->has(columns.index); }

  /** What is missing was said when the row was read. */
  LOGITOPS_DEVICE void load(Columns columns, A, Fragment<A>& into) const { this->fragment(columns.index, into); }
};

template <class T, int kHeldVectors, class Group>
class HeldTier {
  using A = Arithmetic<T>;
  static constexpr int kVector = kVectorBytes / sizeof(T);
  static constexpr int kCount = kHeldVectors * kVector / kFragment<A>;
  static constexpr uint32_t kWarp = 32;

 public:
  static constexpr int kVectors = kHeldVectors;
  static constexpr bool kIsCluster = Group::kIsCluster;
  /** The most threads that a row may have; half as many where two rows are held, of eight vectors a thread each. */
  static constexpr int kThreads = kIsCluster ? kClusterHeldThreads : kHeldThreads;
  /** For 40, 48 and 64 registers: the shorter a row, the more of them must be under way. */
  static constexpr int kBoundThreads = kHeldVectors == 8 ? kThreads : 256;
  static constexpr int kBoundBlocks = kHeldVectors == 8 ? kHeldThreads / kThreads : kHeldVectors == 4 ? 5 : 6;

  LOGITOPS_DEVICE explicit HeldTier(Shape shape) : cols_(shape.cols), zero_(shape.kept), group_(shape.cols, kVector) {}

  /** Calls f(row) for the row of this group; where groups share a warp those without one call, too, as in tier_rows.cuh. */
  template <class F>
  LOGITOPS_DEVICE void each_row(Shape shape, F f) {
    const int64_t row = group_.first_row();
    if (row >= shape.rows) {
      cols_ = 0;
    }
    f(row < shape.rows ? row : shape.rows - 1);
  }

  /** As in tier_rows.cuh. */
  LOGITOPS_DEVICE bool skips_row() {
    cols_ = 0;
    group_.meet();
    return blockDim.x >= kWarp;
  }

  template <class U>
  LOGITOPS_DEVICE auto row(Tensor<U> tensor, int64_t row) const {
    return DenseRow<U>{tensor.data + row * tensor.outer};
  }

  /** A row that is written. */
  LOGITOPS_DEVICE auto output(Tensor<T> tensor, int64_t row) const { return this->row(tensor, row); }

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

  /** What a mask leaves of a row, which is read now. */
  template <class RowMask>
  LOGITOPS_DEVICE auto keep_seen(Tensor<const T> tensor, int64_t row, RowMask mask) const {
    HeldRow<T, kCount> held;
    held.row = this->row(tensor, row);
    held.fetch_seen(held.row, first_columns(), mask);
    return held;
  }

  template <int = 0>
  LOGITOPS_DEVICE auto keep_for_later(Tensor<const T> tensor, int64_t row, A missing) const {
    return keep(tensor, row, missing);
  }

  template <class... Rows>
  LOGITOPS_DEVICE void await_kept(const Rows&...) {
    group_.meet();
  }

  template <class... Rows>
  LOGITOPS_DEVICE void release_kept(const Rows&...) const {}

  template <class Row>
  LOGITOPS_DEVICE void write_back(const Row&) const {}

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

  /** The same, for what is written. */
  template <class F>
  LOGITOPS_DEVICE void each_fragment_of_output(F f) const {
    each_fragment(f);
  }

  /** Either. */
  template <class F>
  LOGITOPS_DEVICE void each_fragment_of(bool, F f) const {
    each_fragment(f);
  }

  /** Whether columns are dealt in another way for what is written. */
  LOGITOPS_DEVICE static bool writes_apart() { return false; }

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

  template <class F>
  LOGITOPS_DEVICE void each_step_of_output(const HeldRow<T, kCount>& held, A missing, F f) const {
    each_step(held, missing, f);
  }

  /** Whether this thread has a column. */
  LOGITOPS_DEVICE bool has(uint32_t column) const {
    const uint32_t of_slice = column - group_.begin();  // wraps if it is before
    return of_slice < group_.end(cols_) - group_.begin() && (of_slice / kVector & (blockDim.x - 1)) == threadIdx.x;
  }

  LOGITOPS_DEVICE bool leads() const { return group_.leads() && cols_ != 0; }

  LOGITOPS_DEVICE uint32_t cols() const { return cols_; }

  LOGITOPS_DEVICE A nearby_max(A value) { return group_.nearby_max(value); }
  LOGITOPS_DEVICE A nearby_sum(Compensated<A> value) { return group_.nearby_sum(value); }
  LOGITOPS_DEVICE A sum(Compensated<A> value) { return group_.sum(value); }
  LOGITOPS_DEVICE Best<A> best(Best<A> value) { return group_.best(value); }
  LOGITOPS_DEVICE uint32_t count(uint32_t value) { return group_.count(value); }

  template <class V>
  LOGITOPS_DEVICE auto exchange(const V& value) {
    return group_.exchange(value);
  }

 private:
  LOGITOPS_DEVICE GroupColumns<kVector> first_columns() const {
    return {group_.begin() + threadIdx.x * kVector, group_.begin(), group_.end(cols_), kVector * blockDim.x, 0, true};
  }

  uint32_t cols_;
  uint32_t zero_;  // which the compiler does not know
  Group group_;
};

/** Rows of up to 8 vectors, two a thread; groups share a warp. */
template <class T>
using TierHeld2 = HeldTier<T, 2, GroupReduce<false>>;

/** Of up to 16, four. */
template <class T>
using TierHeld4 = HeldTier<T, 4, GroupReduce<false>>;

/** Longer ones, eight. */
template <class T>
using TierHeld8 = HeldTier<T, 8, GroupReduce<>>;

#ifdef LOGITOPS_CLUSTERS
/** Those that a block cannot hold. */
template <class T>
using TierClusterHeld = HeldTier<T, 8, ClusterReduce<kClusterHeldThreads, 2 * sizeof(uint64_t)>>;
#endif

}  // namespace logitops
