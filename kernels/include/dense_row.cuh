// dense_row: a row that lies side by side in memory, and how its columns are dealt out to the threads that share it.
#pragma once

#include "row_sum.cuh"
#include "vector.cuh"

namespace logitops {

/** A fragment of a thread's columns, in kVector at a time; those past the end of the row are not held. */
template <int kVector>
struct GroupColumns {
  uint32_t first;
  uint32_t cols;
  uint32_t next;         // from a column to the next of its vector: 1, or the number of threads
  uint32_t next_vector;  // from a vector to the next of the fragment
  int index;             // of the fragment in its row
  bool wide;             // whether it is vectors of side-by-side columns, none of which reaches past the end

  LOGITOPS_DEVICE uint32_t operator[](int k) const {
    return first + (k % kVector) * next + (k / kVector) * next_vector;
  }
  LOGITOPS_DEVICE bool holds(int k) const { return (*this)[k] < cols; }

  /** Whether any is held. */
  LOGITOPS_DEVICE bool any() const { return first < cols; }

  /** Vectors from here to the end of a row that is whole vectors. */
  LOGITOPS_DEVICE int vectors() const {
    return first < cols ? static_cast<int>((cols - first - 1) / kVector >> (31 - __clz(blockDim.x))) + 1 : 0;
  }

  /** The thread's fragment that is so many further. */
  template <class A>
  LOGITOPS_DEVICE GroupColumns after(int fragments) const {
    GroupColumns columns = *this;
    columns.first += fragments * (kFragment<A> / kVector) * next_vector;
    columns.index += fragments;
    return columns;
  }
};

/** A row in memory. */
template <class T>
struct DenseRow {
  T* first;

  LOGITOPS_DEVICE T* at(uint32_t column) const { return first + column; }

  /** Whether threads look at what others copied. */
  LOGITOPS_DEVICE static bool is_shared() { return false; }

  LOGITOPS_DEVICE bool aligned() const { return reinterpret_cast<uintptr_t>(first) % kVectorBytes == 0; }

  /** Reads a fragment; `missing` stands for columns past the end. */
  template <int kVector, class A>
  LOGITOPS_DEVICE void load(GroupColumns<kVector> columns, A missing, A (&into)[kFragment<A>]) const {
    if (columns.wide && aligned()) {
#pragma unroll
      for (int k = 0; k < kFragment<A>; k++) {
        into[k] = missing;
      }
#pragma unroll
      for (int k = 0; k < kFragment<A>; k += kVector) {
        if (columns.holds(k)) {
          load_vectors<kVector>(at(columns[k]), into + k);
        }
      }
    } else {
#pragma unroll
      for (int k = 0; k < kFragment<A>; k++) {
        into[k] = columns.holds(k) ? widen(*at(columns[k])) : missing;
      }
    }
  }

  /** Reads the columns of a fragment whose bits are set, lowest first; 0 for the others, which are held but not wanted. */
  template <int kVector, class A>
  LOGITOPS_DEVICE void load_some(GroupColumns<kVector> columns, uint32_t wanted, A (&into)[kFragment<A>]) const {
    constexpr uint32_t kAll = (1u << kVector) - 1;
    const bool by_vectors = columns.wide && aligned();
#pragma unroll
    for (int k = 0; k < kFragment<A>; k += kVector) {
      const uint32_t bits = wanted >> k & kAll;
      if (by_vectors && bits == kAll) {
        load_vectors<kVector>(at(columns[k]), into + k);
      } else {
#pragma unroll
        for (int i = k; i < k + kVector; i++) {
          into[i] = (wanted >> i & 1) != 0 ? widen(*at(columns[i])) : A(0);
        }
      }
    }
  }

  /** Rounds values into the columns of a fragment. */
  template <int kVector, class A>
  LOGITOPS_DEVICE void store(GroupColumns<kVector> columns, const A (&values)[kFragment<A>]) const {
    if (!columns.wide) {
#pragma unroll
      for (int k = 0; k < kFragment<A>; k++) {
        if (columns.holds(k)) {
          logitops::store(at(columns[k]), values[k]);
        }
      }
      return;
    }
#pragma unroll
    for (int k = 0; k < kFragment<A>; k += kVector) {
      if (columns.holds(k)) {
        store_vector(at(columns[k]), pack<T>(values + k));
      }
    }
  }

 private:
  LOGITOPS_DEVICE void store_vector(T* to, Vector<T> vector) const {
    if (aligned()) {
      __stwb(reinterpret_cast<Vector<T>*>(to), vector);  // the default store, but an assignment would become four
      return;
    }
#pragma unroll 1  // for code that is short where it is said often
    for (int k = 0; k < kVectorBytes / sizeof(T); k++) {
      to[k] = shift_out<T>(vector);
    }
  }
};

}  // namespace logitops
