// rows: a row lies side by side in memory, and a group of threads takes it: one thread for a few columns, a warp, or a
// block of up to 512. It is copied to shared memory, as far as it fits, and looked at there. Start reading here.
//
// cluster_rows: the same of rows that the blocks of a cluster share: each has a slice of the columns, in its shared memory. Without
//           reductions: for kernels that add nothing up over a row.
//
// Launch    block (threads of a row, rows), threads a power of 2; beyond 32 threads a block has one row. Any grid of whole
//           clusters: groups step through the rows. inner = 1 and unit axis strides only. Dynamic shared memory: `kept` fragments
//           of every thread of the block and 48 bytes a row, times the rows that the op keeps at the same time.
// Columns   thread t has the vectors t, t + threads, ... of 16 bytes, counted from the row's first column: which thread adds up
//           a column depends on the length of the row alone, and a row gives the same bits at any address, alone or in a batch.
//           If the row is no whole number of vectors, rows begin at any address, and what is written is dealt in vectors of
//           memory instead, those that the output lies across: who writes a column changes no bit.
// Hazards   A thread writes the columns that it has of the output, after the row's first reduction, if any, and after it has
//           itself read them from memory for the last time. What else it reads of a row (the label's logit) it must have in a
//           register by that reduction, which orders it before all writes, as await_kept() does the copies to shared memory:
//           this is what makes in place right.
#pragma once

#ifdef LOGITOPS_CLUSTERS
#include "cluster_reduce.cuh"
#endif
#include "group_reduce.cuh"
#include "held_vectors.cuh"
#include "seen_row.cuh"
#include "tensor.cuh"

namespace logitops {

/** kAhead: fragments that are under way at a time, where a row is read once. Group: the threads that share a row. */
template <class T, int kAhead, class Group>
class GroupTier {
  using A = Arithmetic<T>;
  static constexpr int kVector = kVectorBytes / sizeof(T);

 public:
  static constexpr int kVectors = 0;  // of a row that each thread holds in registers
  static constexpr bool kIsCluster = Group::kIsCluster;
  static constexpr int kElementBytes = sizeof(T);
  /** The most threads that a row may have. */
  static constexpr int kThreads = sizeof(A) == 8 ? kRowThreadsF64 : kRowThreads;
  /** For 96 registers, with which a multiprocessor holds 640 threads, and for 255 in f64. */
  static constexpr int kBoundThreads = sizeof(A) == 8 ? kRowThreadsF64 : 640;
  static constexpr int kBoundBlocks = 1;

  LOGITOPS_DEVICE explicit GroupTier(Shape shape)
      : cols_(shape.cols),
        kept_(shape.kept),
        wide_(shape.cols % kVector == 0),
        has_row_(true),
        group_(shape.cols, kVector) {}

  /**
   * Calls f(row) for every row of this group; all of its threads call with the same rows. Groups that share a warp call as
   * often as its first: those that have no more rows, with the last row and without columns.
   */
  template <class F>
  LOGITOPS_DEVICE void each_row(Shape shape, F f) {
    const int64_t step = group_.rows_at_a_time();
    const uint32_t of_warp = threadIdx.y & (kWarp / min(blockDim.x, kWarp) - 1);
    for (int64_t row = group_.first_row(); row - of_warp < shape.rows; row += step) {
      has_row_ = row < shape.rows;
      cols_ = has_row_ ? shape.cols : 0;
      f(has_row_ ? row : shape.rows - 1);
    }
  }

  /**
   * Ends a row early. True if this group has a warp to itself; else it goes on with the others, without columns, and takes
   * part in their reductions.
   */
  LOGITOPS_DEVICE bool skips_row() {
    has_row_ = false;
    cols_ = 0;
    group_.meet();
    return blockDim.x >= kWarp;
  }

  template <class U>
  LOGITOPS_DEVICE auto row(Tensor<U> tensor, int64_t row) const {
    return DenseRow<U>{tensor.data + row * tensor.outer};
  }

  /**
   * A row that is written: from now on threads write whole vectors of memory, wherever it begins. has() says who writes a column.
   */
  LOGITOPS_DEVICE auto output(Tensor<T> tensor, int64_t row) {
    const auto to = this->row(tensor, row);
    if (!wide_) {
      off_ = static_cast<uint32_t>(reinterpret_cast<uintptr_t>(to.first)) % kVectorBytes / sizeof(T);
    }
    return to;
  }

  /** What there is one of per column. */
  template <class U>
  LOGITOPS_DEVICE auto per_column(U* data) const {
    return DenseRow<U>{data};
  }

  /**
   * A row, or nothing if the tensor is null, that starts to be copied to shared memory and is not looked at before
   * await_kept(); `missing` stands for columns past its end. kIndex tells rows apart that are kept at the same time.
   */
  template <int kIndex = 0>
  LOGITOPS_DEVICE auto keep(Tensor<const T> tensor, int64_t row, A missing) const {
    const uint32_t of_group = kept_ * kOfFragment * blockDim.x + kAroundLine;
    const uint32_t vectors = (kIndex * blockDim.y + threadIdx.y) * of_group;
    const bool by_vectors = wide_ && DenseRow<const T>{tensor.data}.aligned() && tensor.outer % kVector == 0;
    const auto from = this->row(tensor, row);
    const KeptRow<const T> kept{
        from, {kept_vectors + vectors + threadIdx.x}, {from, group_.begin(), vectors}, kept_, by_vectors};
    if (tensor.data != nullptr && by_vectors) {
      each_fragment([&](auto columns) {
        if (columns.index < kept_) {
          kept.own.fetch(kept.row, columns);
        }
      });
    } else if (tensor.data != nullptr && kept_ > 0) {
      kept.line.fetch(min(cols_of_block(), kept_ * kFragment<A> * blockDim.x), missing, EveryColumn{});
    }
    return kept;
  }

  /** The same of what a mask leaves of a row. */
  template <class RowMask>
  LOGITOPS_DEVICE auto keep_seen(Tensor<const T> tensor, int64_t row, RowMask mask) const {
    const uint32_t vectors = threadIdx.y * (kept_ * kOfFragment * blockDim.x + kAroundLine);
    const auto from = this->row(tensor, row);
    const bool by_vectors = wide_ && DenseRow<const T>{tensor.data}.aligned() && tensor.outer % kVector == 0;
    const KeptSeenRow<const T, RowMask> kept{
        {from, mask}, {kept_vectors + vectors + threadIdx.x}, {from, group_.begin(), vectors}, kept_, by_vectors};
    if (by_vectors) {
      each_fragment([&](auto columns) {
        if (columns.index < kept_) {
          kept.fetch(columns);
        }
      });
    } else if (kept_ > 0) {
      kept.line.fetch(min(cols_of_block(), kept_ * kFragment<A> * blockDim.x), A(-INFINITY), mask.from(group_.begin()));
    }
    return kept;
  }

  /** A row that is read once, and not before others are. */
  template <int = 0>
  LOGITOPS_DEVICE auto keep_for_later(Tensor<const T> tensor, int64_t row, A) const {
    return this->row(tensor, row);
  }

  /** Waits for the copies of these rows; before the first look at a row. */
  template <class... Rows>
  LOGITOPS_DEVICE void await_kept(const Rows&... rows) {
    wait_for_copies();
    group_.meet();
    release_kept(rows...);
  }

  /**
   * Says that this thread looks at these rows no more, where no reduction came after its last look: others may copy the
   * next row over them.
   */
  template <class... Rows>
  LOGITOPS_DEVICE void release_kept(const Rows&... rows) const {
    if ((rows.is_shared() || ...)) {
      group_.sync();
    }
  }

  template <class Row>
  LOGITOPS_DEVICE void write_back(const Row&) const {}

  /** Before a row is looked at again. */
  template <class Row>
  LOGITOPS_DEVICE static void look_again(Row&) {}

  /** Room for what is computed of a row: 32 bytes of each thread for each fragment. */
  LOGITOPS_DEVICE auto keep_values() const { return KeptValues<A>{kept_vectors + thread(), threads(), kept_}; }

  /** Calls f(GroupColumns) for each fragment of this thread's columns. */
  template <class F>
  LOGITOPS_DEVICE void each_fragment(F f) const {
    each_from(first_columns(), f);
  }

  /** The same, for what is written. */
  template <class F>
  LOGITOPS_DEVICE void each_fragment_of_output(F f) const {
    each_from(first_columns_of_output(), f);
  }

  /** Either. */
  template <class F>
  LOGITOPS_DEVICE void each_fragment_of(bool output, F f) const {
    each_from(output ? first_columns_of_output() : first_columns(), f);
  }

  /** Whether columns are dealt in another way for what is written. */
  LOGITOPS_DEVICE bool writes_apart() const { return !wide_; }

  template <class F>
  LOGITOPS_DEVICE void each_fragment_alike(F f) const {
    each_fragment_of_output(f);
  }

  /** Calls f(GroupColumns, values) for as many of this thread's fragments at a time as are under way; `columns` are those of
   * the first. */
  template <class X, class F>
  LOGITOPS_DEVICE void each_step(const X& x_row, A missing, F f) const {
    each_step_from(first_columns(), x_row, missing, f);
  }

  /** The same, for what is written. */
  template <class X, class F>
  LOGITOPS_DEVICE void each_step_of_output(const X& x_row, A missing, F f) const {
    each_step_from(first_columns_of_output(), x_row, missing, f);
  }

  /** Whether this thread has a column. */
  LOGITOPS_DEVICE bool has(uint32_t column) const {
    const uint32_t of_block = column - group_.begin();  // wraps if it is before
    return has_row_ && of_block < cols_of_block() && ((of_block + off_) / kVector & (blockDim.x - 1)) == threadIdx.x;
  }

  /** Whether this thread writes what there is one of per row. */
  LOGITOPS_DEVICE bool leads() const { return has_row_ && group_.leads(); }

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
  LOGITOPS_DEVICE static uint32_t threads() { return blockDim.x * blockDim.y; }
  LOGITOPS_DEVICE static uint32_t thread() { return threadIdx.y * blockDim.x + threadIdx.x; }

  LOGITOPS_DEVICE GroupColumns<kVector> first_columns() const {
    return {group_.begin() + threadIdx.x * kVector, group_.begin(), group_.end(cols_), kVector * blockDim.x, 0, wide_};
  }

  LOGITOPS_DEVICE GroupColumns<kVector> first_columns_of_output() const {
    GroupColumns<kVector> columns = first_columns();
    columns.first -= off_;
    return columns;
  }

  template <class F>
  LOGITOPS_DEVICE static void each_from(GroupColumns<kVector> first, F f) {
    for (auto columns = first; columns.touches_vector(0); columns = columns.template after<A>(1)) {
      f(columns);
    }
  }

  template <class X, class F>
  LOGITOPS_DEVICE void each_step_from(GroupColumns<kVector> first, const X& x_row, A missing, F f) const {
    if constexpr (kAhead > 1) {
      if (wide_) {
        for (auto columns = first; columns.any(); columns = columns.template after<A>(kAhead)) {
          columns.wide = true;  // which the compiler then knows
          HeldVectors<T, kAhead, true> x;
          x.fetch(x_row, columns, missing);
          f(columns, x);
        }
        return;
      }
    }
    each_from(first, [&](auto columns) {
      HeldVectors<T, 1, true> x;
      x.take(x_row, columns, missing);
      f(columns, x);
    });
  }

  /** How many of the row's columns this block has. */
  LOGITOPS_DEVICE uint32_t cols_of_block() const { return max(group_.end(cols_), group_.begin()) - group_.begin(); }

  static constexpr int kOfFragment = kFragment<A> / kVector;  // vectors
  static constexpr uint32_t kAroundLine = kLineBytes / kVectorBytes;
  static constexpr uint32_t kWarp = 32;

  uint32_t cols_;
  int kept_;
  bool wide_;
  bool has_row_;
  uint32_t off_ = 0;  // elements that threads have their columns earlier by where they write
  Group group_;
};

/** For kernels that read rows twice. */
template <class T>
using TierRows = GroupTier<T, 1, GroupReduce<>>;

/** For kernels that read them once: four vectors are under way, and two of f64. */
template <class T>
constexpr int kStreamed = sizeof(T) == 8 ? 1 : 4 * kVectorBytes / (sizeof(T) * kFragment<Arithmetic<T>>);
template <class T>
using TierStream = GroupTier<T, kStreamed<T>, GroupReduce<>>;

#ifdef LOGITOPS_CLUSTERS
template <class T>
using TierClusterRows = GroupTier<T, 1, ClusterSlices>;
template <class T>
using TierClusterStream = GroupTier<T, kStreamed<T>, ClusterSlices>;
#endif

}  // namespace logitops
