// cols32, cols64: as cols, of rows of so few columns that a thread has its row in registers. All of it is under way at
// once, and it is read once.
//
// Launch    as cols. At most 32 or 64 columns; for f32. Elements of 16 bits, one of a thread at a time, come half as fast, and
//           the slower the more are under way.
#pragma once

#include "tier_cols.cuh"

namespace logitops {

/** A row in the registers of its thread, widened. */
template <class T, int kCount, class Row>
struct HeldColumns {
  using A = Arithmetic<T>;
  static constexpr int kFragments = kCount;

  Row row;
  uint32_t cols;
  Fragment<A> values[kCount];

  LOGITOPS_DEVICE const T* at(uint32_t column) const { return row.at(column); }

  LOGITOPS_DEVICE OwnColumns columns(int index) const { return {static_cast<uint32_t>(index * kFragment<A>), cols}; }

  /** Whether a fragment holds any columns. */
  LOGITOPS_DEVICE bool has(int index) const { return index == 0 || index * kFragment<A> < cols; }

  /** Reads the row; `missing` stands for columns past its end. */
  LOGITOPS_DEVICE void fetch(A missing) {
#pragma unroll
    for (int i = 0; i < kCount; i++) {
#pragma unroll
      for (int k = 0; k < kFragment<A>; k++) {
        values[i][k] = missing;
      }
      if (has(i)) {
        row.load(columns(i), missing, values[i]);
      }
    }
  }

  LOGITOPS_DEVICE bool sees(OwnColumns columns) const { return row.sees(columns); }

  LOGITOPS_DEVICE void fragment(int index, Fragment<A>& into) const { memcpy(into, values[index], sizeof into); }

  /** What is missing was said when the row was read. */
  LOGITOPS_DEVICE void load(OwnColumns columns, A, Fragment<A>& into) const {
    fragment(columns.first / kFragment<A>, into);
  }

  /** The largest of all; NaN only if all are. */
  LOGITOPS_DEVICE A largest() const {
    A max = fragment_max<A>(values[0]);
#pragma unroll
    for (int i = 1; i < kCount; i++) {
      if (has(i)) {
        max = larger(max, fragment_max<A>(values[i]));
      }
    }
    return max;
  }
};

template <class T, int kColumns>
class TierColsHeld : public TierCols<T> {
  using A = Arithmetic<T>;
  static constexpr int kCount = kColumns / kFragment<A>;

 public:
  static constexpr int kVectors = kColumns * sizeof(T) / kVectorBytes;
  /** For 80 and 128 registers. */
  static constexpr int kBoundBlocks = kColumns == 32 ? 6 : 4;

  using TierCols<T>::TierCols;

  /** A row, which is read now; `missing` stands for columns past its end. */
  template <int = 0>
  LOGITOPS_DEVICE auto keep(Tensor<const T> tensor, int64_t row, A missing) const {
    return held(this->row(tensor, row), missing);
  }

  /** The same of what a mask leaves of a row. */
  template <class RowMask>
  LOGITOPS_DEVICE auto keep_seen(Tensor<const T> tensor, int64_t row, RowMask mask) const {
    return held(TierCols<T>::keep_seen(tensor, row, mask), A(-INFINITY));
  }

  template <int = 0>
  LOGITOPS_DEVICE auto keep_for_later(Tensor<const T> tensor, int64_t row, A missing) const {
    return keep(tensor, row, missing);
  }

  /** Calls f(OwnColumns) for each fragment. */
  template <class F>
  LOGITOPS_DEVICE void each_fragment(F f) const {
#pragma unroll
    for (int i = 0; i < kCount; i++) {
      if (i == 0 || i * kFragment<A> < this->cols()) {
        f(OwnColumns{static_cast<uint32_t>(i * kFragment<A>), this->cols()});
      }
    }
  }

  template <class F>
  LOGITOPS_DEVICE void each_fragment_of_output(F f) const {
    each_fragment(f);
  }

  /** The same, in a loop where it is said: for what is not of the row. */
  template <class F>
  LOGITOPS_DEVICE void each_fragment_alike(F f) const {
    TierCols<T>::each_fragment(f);
  }

  /** Calls f(OwnColumns, values) once. */
  template <class Row, class F>
  LOGITOPS_DEVICE void each_step(const HeldColumns<T, kCount, Row>& held, A, F f) const {
    f(held.columns(0), held);
  }

  template <class Row, class F>
  LOGITOPS_DEVICE void each_step_of_output(const HeldColumns<T, kCount, Row>& held, A missing, F f) const {
    each_step(held, missing, f);
  }

 private:
  template <class Row>
  LOGITOPS_DEVICE auto held(const Row& row, A missing) const {
    HeldColumns<T, kCount, Row> held;
    held.row = row;
    held.cols = this->cols();
    held.fetch(missing);
    return held;
  }
};

template <class T>
using TierCols32 = TierColsHeld<T, 32>;

template <class T>
using TierCols64 = TierColsHeld<T, 64>;

}  // namespace logitops
