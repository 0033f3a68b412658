// tile: as cols, but 128 neighbouring rows wait in shared memory, as a tile [columns][128] of elements as they lie in memory. A
// block copies it by vectors of 16 bytes, whosever rows these are; each thread looks at its own row in it, as often as it
// likes, and writes there, over what was there; the block then writes the tile back by vectors. So memory is read once,
// and 16 bits at a time by nobody.
//
// Launch    block (128), a grid of all rows; dynamic shared memory for each row that is kept. Any inner, any strides: where
//           not all rows of a vector are sure to lie side by side at a multiple of 16 bytes, each thread copies its own row by
//           elements. kept = 0.
// Columns   as in cols, in the same order: the bits are the same. Rows that are skipped are copied with their neighbours, and
//           nobody looks at them.
// Hazards   threads look at what others copied, and write back what others wrote: two barriers. All of a block's rows are
//           in the tile before any is written. A tile that is written back is that of the row that was kept first.
#pragma once

#include "kept_row.cuh"
#include "tier_cols.cuh"

namespace logitops {

/** A row in a tile: every kSmallBlock-th element, from its own on. */
template <class T>
struct TileColumn {
  using Element = std::remove_const_t<T>;

  Element* first;
  Tensor<T> tensor;  // which it is of

  LOGITOPS_DEVICE Element* at(uint32_t column) const { return first + column * kSmallBlock; }

  /** Reads a fragment. What is missing was said when the tile was filled. */
  template <class A>
  LOGITOPS_DEVICE void load(OwnColumns columns, A, A (&into)[kFragment<A>]) const {
    const Element* const from = at(columns.first);
#pragma unroll
    for (int k = 0; k < kFragment<A>; k++) {
      into[k] = widen(from[k * kSmallBlock]);
    }
  }

  /** Past the end of the row, too, where nobody looks again. */
  template <class A>
  LOGITOPS_DEVICE void store(OwnColumns columns, const A (&values)[kFragment<A>]) const {
    Element* const to = at(columns.first);
#pragma unroll
    for (int k = 0; k < kFragment<A>; k++) {
      logitops::store(to + k * kSmallBlock, values[k]);
    }
  }
};

template <class T>
class TierTile : public TierCols<T> {
  using A = Arithmetic<T>;
  static constexpr uint32_t kVector = kVectorBytes / sizeof(T);
  static constexpr uint32_t kOfColumn = kSmallBlock / kVector;  // vectors

 public:
  using TierCols<T>::kThreads;
  /** For 48 registers: what is under way is what the tiles of a multiprocessor hold. */
  static constexpr int kBoundBlocks = 10;

  LOGITOPS_DEVICE explicit TierTile(Shape shape) : TierCols<T>(shape), of_row_(shape.cols), rows_(shape.rows) {}

  /** Calls f(row) for the row of this thread; those that have none call with the last row and without columns. */
  template <class F>
  LOGITOPS_DEVICE void each_row(Shape shape, F f) {
    row_ = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
    vector_row_ = row_ - threadIdx.x + threadIdx.x % kOfColumn * kVector;
    vector_o_ = quotient(vector_row_, this->inner_);
    if (row_ >= shape.rows) {
      this->cols_ = 0;
    }
    f(row_ < shape.rows ? row_ : shape.rows - 1);
  }

  /** As in tier_rows.cuh: goes on with the others, without columns, and leaves a row of zeros. */
  LOGITOPS_DEVICE bool skips_row() {
    this->cols_ = 0;
    return false;
  }

  /** A row that is read where it lies. */
  template <class U>
  LOGITOPS_DEVICE auto row(Tensor<const U> tensor, int64_t row) const {
    return StridedRow<const U>{tensor.data + start(tensor, row, quotient(row, this->inner_)), tensor.axis};
  }

  /** A row that is written. */
  LOGITOPS_DEVICE auto output(Tensor<T> tensor, int64_t) const { return TileColumn<T>{own(0), tensor}; }

  /**
   * A row, or nothing if the tensor is null, that starts to be copied, and is not looked at before await_kept(); `missing`
   * stands for columns past its end.
   */
  template <int kIndex = 0>
  LOGITOPS_DEVICE auto keep(Tensor<const T> tensor, int64_t, A missing) const {
    T* const elements = own(kIndex);
    if (tensor.data != nullptr) {
      fill(elements, missing);
      if (goes_by_vectors(tensor)) {
        each_vector(kIndex, tensor, [](uint4* here, const uint4* there) { copy_async(here, there); });
      } else if (this->cols_ != 0) {
        fetch_elements(elements, this->row(tensor, row_));
      }
    }
    return TileColumn<const T>{elements, tensor};
  }

  template <int kIndex = 0>
  LOGITOPS_DEVICE auto keep_for_later(Tensor<const T> tensor, int64_t row, A missing) const {
    return keep<kIndex>(tensor, row, missing);
  }

  template <class... Rows>
  LOGITOPS_DEVICE void await_kept(const Rows&...) const {
    wait_for_copies();
    __syncthreads();
  }

  /** After the last store to a row; all threads of the block call. */
  LOGITOPS_DEVICE void write_back(const TileColumn<T>& column) const {
    if (this->cols_ == 0) {
      each_element([&](uint32_t c) { logitops::store(column.at(c), A(0)); });
    }
    __syncthreads();
    if (goes_by_vectors(column.tensor)) {
      each_vector(0, column.tensor, [](const uint4* here, uint4* there) { *there = *here; });
    } else if (row_ < rows_) {
      T* to = column.tensor.data + start(column.tensor, row_, quotient(row_, this->inner_));
      each_element([&](uint32_t c) {
        *to = *column.at(c);
        to += column.tensor.axis;
      });
    }
  }

  /** Of rows that are skipped, of which write_back makes zeros: nothing is written before others have copied. */
  template <class F>
  LOGITOPS_DEVICE void each_fragment_alike(F) const {}

  LOGITOPS_DEVICE bool has(uint32_t) const { return leads(); }

  LOGITOPS_DEVICE bool leads() const { return this->cols_ != 0; }

 private:
  /** Columns that a tile has room for. */
  LOGITOPS_DEVICE uint32_t whole_fragments() const {
    return (of_row_ + kFragment<A> - 1) / kFragment<A> * kFragment<A>;
  }

  /** This thread's element of a tile's first column. */
  LOGITOPS_DEVICE T* own(int index) const {
    return reinterpret_cast<T*>(kept_vectors) + index * whole_fragments() * kThreads + threadIdx.x;
  }

  template <class U>
  LOGITOPS_DEVICE int64_t start(Tensor<U> tensor, int64_t row, int64_t o) const {
    return o * tensor.outer + (row - o * this->inner_);
  }

  /** Whether rows whose number is a multiple of kVector lie at multiples of 16 bytes in each column, and the next ones beside. */
  template <class U>
  LOGITOPS_DEVICE bool goes_by_vectors(Tensor<U> tensor) const {
    const int64_t elements = tensor.outer | tensor.axis | this->inner_;
    return ((reinterpret_cast<uintptr_t>(tensor.data) | elements * sizeof(T)) & (kVectorBytes - 1)) == 0;
  }

  /** Calls f(vector of the tile, vector in memory) for this thread's share of the block's vectors. */
  template <class U, class F>
  LOGITOPS_DEVICE void each_vector(int index, Tensor<U> tensor, F f) const {
    using Piece = std::conditional_t<std::is_const_v<U>, const uint4, uint4>;
    if (vector_row_ >= rows_) {
      return;
    }
    const uint32_t first = threadIdx.x / kOfColumn;
    U* there = tensor.data + start(tensor, vector_row_, vector_o_) + first * tensor.axis;
    uint4* here = kept_vectors + index * whole_fragments() * kOfColumn + threadIdx.x;
    const int64_t step = kVector * tensor.axis;  // as kThreads vectors are kVector columns
#pragma unroll 4
    for (uint32_t column = first; column < of_row_; column += kVector) {
      f(here, reinterpret_cast<Piece*>(there));
      here += kThreads;
      there += step;
    }
  }

  /** Calls f(column) for each column of this thread's row. */
  template <class F>
  LOGITOPS_DEVICE void each_element(F f) const {
#pragma unroll 4
    for (uint32_t column = 0; column < of_row_; column++) {
      f(column);
    }
  }

  /** Says what is missing from this thread's row to make it whole fragments. */
  LOGITOPS_DEVICE void fill(T* elements, A missing) const {
    T element;
    logitops::store(&element, missing);
#pragma unroll 1
    for (uint32_t column = of_row_; column < whole_fragments(); column++) {
      elements[column * kThreads] = element;
    }
  }

  /** Copies this thread's row, as many columns at a time as a fragment has. */
  LOGITOPS_DEVICE void fetch_elements(T* to, StridedRow<const T> from) const {
    constexpr int kAhead = kFragment<A>;
    const T* there = from.first;
#pragma unroll 1
    for (uint32_t first = 0; first < of_row_; first += kAhead, to += kAhead * kThreads) {
      const OwnColumns columns{first, of_row_};
      T held[kAhead];
#pragma unroll
      for (int k = 0; k < kAhead; k++, there += from.axis) {
        if (columns.holds(k)) {
          held[k] = *there;
        }
      }
#pragma unroll
      for (int k = 0; k < kAhead; k++) {
        if (columns.holds(k)) {
          to[k * kThreads] = held[k];
        }
      }
    }
  }

  uint32_t of_row_;  // columns of every row, be it this thread's or not
  int64_t rows_;
  int64_t row_ = 0;
  int64_t vector_row_ = 0;  // the first one of the vectors that this thread copies
  int64_t vector_o_ = 0;
};

}  // namespace logitops
