// cols: rows are columns of memory, as the classes of an image's pixels are. One thread per row, and the row waits
// between its passes where it was.
//
// Launch    block (128), any grid: threads step through the rows. Any inner, any strides.
// Columns   a thread has all of them; neighbouring threads have neighbouring rows, so if inner is not small a warp's
//           loads of one column are one piece of memory.
// Hazards   none: nobody else reads or writes a thread's row.
#pragma once

#include "best.cuh"
#include "seen_row.cuh"
#include "tensor.cuh"

namespace logitops {

/** A fragment of the columns of a thread that has all of them; those past the end of the row are not held. */
struct OwnColumns {
  uint32_t first;
  uint32_t cols;

  LOGITOPS_DEVICE uint32_t operator[](int k) const { return first + k; }
  LOGITOPS_DEVICE bool holds(int k) const { return k < cols - first; }
  LOGITOPS_DEVICE bool begins_before(uint32_t column) const { return first < column; }

  template <class A>
  LOGITOPS_DEVICE OwnColumns after(int fragments) const {
    return {first + fragments * kFragment<A>, cols};
  }
};

/** A row in memory whose neighbours lie `axis` elements apart. */
template <class T>
struct StridedRow {
  T* first;
  int64_t axis;

  LOGITOPS_DEVICE T* at(uint32_t column) const { return first + column * axis; }

  /** Reads a fragment; `missing` stands for columns past the end. */
  template <class A>
  LOGITOPS_DEVICE void load(OwnColumns columns, A missing, A (&into)[kFragment<A>]) const {
    const T* from = at(columns.first);
#pragma unroll
    for (int k = 0; k < kFragment<A>; k++, from += axis) {
      into[k] = columns.holds(k) ? widen(*from) : missing;
    }
  }

  /** Reads the columns of a fragment whose bits are set, lowest first; 0 for the others. */
  template <class A>
  LOGITOPS_DEVICE void load_some(OwnColumns columns, uint32_t wanted, A (&into)[kFragment<A>]) const {
    const T* from = at(columns.first);
#pragma unroll
    for (int k = 0; k < kFragment<A>; k++, from += axis) {
      into[k] = (wanted >> k & 1) != 0 ? widen(*from) : A(0);
    }
  }

  template <class A>
  LOGITOPS_DEVICE void store(OwnColumns columns, const A (&values)[kFragment<A>]) const {
    T* to = at(columns.first);
#pragma unroll
    for (int k = 0; k < kFragment<A>; k++, to += axis) {
      if (columns.holds(k)) {
        logitops::store(to, values[k]);
      }
    }
  }
};

/** No room for what is computed of a row: it is computed again. */
template <class A>
struct NoValues {
  LOGITOPS_DEVICE static bool has(OwnColumns) { return false; }
  LOGITOPS_DEVICE static void put(OwnColumns, const Fragment<A>&) {}
  LOGITOPS_DEVICE static void get(OwnColumns, Fragment<A>&) {}
};

template <class T>
class TierCols {
  using A = Arithmetic<T>;

 public:
  static constexpr int kVectors = 0;
  static constexpr bool kIsCluster = false;
  static constexpr int kElementBytes = sizeof(T);
  static constexpr int kThreads = kSmallBlock;
  static constexpr int kBoundThreads = kThreads;
  /** Blocks that a multiprocessor should hold: about 100 registers, 168 in f64. */
  static constexpr int kBoundBlocks = sizeof(A) == 8 ? 3 : 5;

  LOGITOPS_DEVICE explicit TierCols(Shape shape) : inner_(shape.inner), cols_(shape.cols) {}

  /** Calls f(row) for every row of this thread. */
  template <class F>
  LOGITOPS_DEVICE void each_row(Shape shape, F f) {
    const int64_t step = static_cast<int64_t>(gridDim.x) * kThreads;
    for (int64_t row = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x; row < shape.rows; row += step) {
      o_ = quotient(row, inner_);
      i_ = row - o_ * inner_;
      f(row);
    }
  }

  /** As in tier_rows.cuh: nobody waits for this thread. */
  LOGITOPS_DEVICE static bool skips_row() { return true; }

  template <class U>
  LOGITOPS_DEVICE auto row(Tensor<U> tensor, int64_t) const {
    return StridedRow<U>{tensor.data + o_ * tensor.outer + i_, tensor.axis};
  }

  /** A row that is written. */
  LOGITOPS_DEVICE auto output(Tensor<T> tensor, int64_t row) const { return this->row(tensor, row); }

  /** What there is one of per column. */
  template <class U>
  LOGITOPS_DEVICE auto per_column(U* data) const {
    return StridedRow<U>{data, 1};
  }

  /** A row that is read more than once: it stays where it is. */
  template <int = 0>
  LOGITOPS_DEVICE auto keep(Tensor<const T> tensor, int64_t row, A) const {
    return this->row(tensor, row);
  }

  /** The same of what a mask leaves of a row. */
  template <class RowMask>
  LOGITOPS_DEVICE auto keep_seen(Tensor<const T> tensor, int64_t row, RowMask mask) const {
    return SeenRow<StridedRow<const T>, RowMask>{this->row(tensor, row), mask};
  }

  template <int = 0>
  LOGITOPS_DEVICE auto keep_for_later(Tensor<const T> tensor, int64_t row, A) const {
    return this->row(tensor, row);
  }

  template <class Row>
  LOGITOPS_DEVICE static void look_again(Row&) {}

  template <class... Rows>
  LOGITOPS_DEVICE void await_kept(const Rows&...) const {}

  template <class... Rows>
  LOGITOPS_DEVICE void release_kept(const Rows&...) const {}

  /** After the last store to a row: here it is written already. */
  template <class Row>
  LOGITOPS_DEVICE void write_back(const Row&) const {}

  LOGITOPS_DEVICE auto keep_values() const { return NoValues<A>{}; }

  /** Calls f(OwnColumns) for each fragment of this thread's columns. */
  template <class F>
  LOGITOPS_DEVICE void each_fragment(F f) const {
    for (uint32_t first = 0; first < cols_; first += kFragment<A>) {
      f(OwnColumns{first, cols_});
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

  template <class F>
  LOGITOPS_DEVICE void each_fragment_alike(F f) const {
    each_fragment(f);
  }

  /** Calls f(OwnColumns, values) for each fragment. */
  template <class X, class F>
  LOGITOPS_DEVICE void each_step(const X& x_row, A missing, F f) const {
    each_fragment([&](auto columns) {
      OneFragment<A, decltype(columns)> x{columns};
      x_row.load(columns, missing, x.values);
      f(columns, x);
    });
  }

  template <class X, class F>
  LOGITOPS_DEVICE void each_step_of_output(const X& x_row, A missing, F f) const {
    each_step(x_row, missing, f);
  }

  LOGITOPS_DEVICE static bool has(uint32_t) { return true; }

  LOGITOPS_DEVICE bool leads() const { return true; }

  LOGITOPS_DEVICE uint32_t cols() const { return cols_; }

  LOGITOPS_DEVICE A nearby_max(A value) { return value; }
  LOGITOPS_DEVICE A sum(Compensated<A> value) { return value.value(); }
  LOGITOPS_DEVICE Best<A> best(Best<A> value) { return value; }
  LOGITOPS_DEVICE uint32_t count(uint32_t value) { return value; }

 protected:
  int64_t inner_;
  uint32_t cols_;

 private:
  int64_t o_ = 0;
  int64_t i_ = 0;
};

}  // namespace logitops
