// dense_row: a row that lies side by side in memory, and how its columns are dealt out to the threads that share it.
#pragma once

#include "row_sum.cuh"
#include "vector.cuh"

namespace logitops {

/**
 * A fragment of a thread's columns: vectors of kVector side by side. The block has those in [from, cols), others are not held; before
 * `from` they may lie only in a first vector, whose number then wraps.
 */
template <int kVector>
struct GroupColumns {
  uint32_t first;
  uint32_t from;
  uint32_t cols;
  uint32_t next_vector;  // from a vector to the next of the fragment
  int index;             // of the fragment in its row
  bool wide;             // whether all that a vector has is held if its first column is

  LOGITOPS_DEVICE uint32_t operator[](int k) const { return first + k % kVector + (k / kVector) * next_vector; }
  LOGITOPS_DEVICE bool holds(int k) const { return (*this)[k] - from < cols - from; }

  /** Of the vector that begins with column k of the fragment, whether all is held, or anything. */
  LOGITOPS_DEVICE bool holds_vector(int k) const { return holds(k) && (wide || holds(k + kVector - 1)); }
  LOGITOPS_DEVICE bool touches_vector(int k) const {
    return (*this)[k] - from + (kVector - 1) < cols - from + (kVector - 1);
  }

  /** Whether the first vector begins before a column. */
  LOGITOPS_DEVICE bool begins_before(uint32_t column) const {
    return first - from + (kVector - 1) < max(column, from) - from + (kVector - 1);
  }

  /** Whether any is held, of columns from `from` on. */
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

  LOGITOPS_DEVICE bool aligned() const { return is_aligned(first); }

  /** Reads a fragment; `missing` stands for columns that are not held. */
  template <int kVector, class A>
  LOGITOPS_DEVICE void load(GroupColumns<kVector> columns, A missing, A (&into)[kFragment<A>]) const {
#pragma unroll
    for (int k = 0; k < kFragment<A>; k += kVector) {
      if (by_vectors(columns, k)) {
        load_vectors<kVector>(at(columns[k]), into + k);
      } else {
#pragma unroll
        for (int i = k; i < k + kVector; i++) {
          into[i] = columns.holds(i) ? widen(*at(columns[i])) : missing;
        }
      }
    }
  }

  /** Reads the vector that begins with column k of a fragment, as it is. */
  template <int kVector, class A>
  LOGITOPS_DEVICE auto vector(GroupColumns<kVector> columns, int k, A missing) const {
    using Element = std::remove_const_t<T>;
    if (by_vectors(columns, k)) {
      return *reinterpret_cast<const Vector<Element>*>(at(columns[k]));
    }
    return gather_vector<Element>(at(columns[k]), missing, [&](int i) { return columns.holds(k + i); });
  }

  /** Reads the columns of a fragment whose bits are set, lowest first; 0 for the others, which are held but not wanted. */
  template <int kVector, class A>
  LOGITOPS_DEVICE void load_some(GroupColumns<kVector> columns, uint32_t wanted, A (&into)[kFragment<A>]) const {
    constexpr uint32_t kAll = (1u << kVector) - 1;
#pragma unroll
    for (int k = 0; k < kFragment<A>; k += kVector) {
      const uint32_t bits = wanted >> k & kAll;
      if (bits == kAll && by_vectors(columns, k)) {
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
#pragma unroll
    for (int k = 0; k < kFragment<A>; k += kVector) {
      if (columns.wide) {
        if (columns.holds(k)) {
          store_vector(at(columns[k]), pack<T>(values + k));
        }
      } else if (by_vectors(columns, k)) {
        store_aligned(at(columns[k]), pack<T>(values + k));
      } else {
#pragma unroll
        for (int i = k; i < k + kVector; i++) {
          if (columns.holds(i)) {
            logitops::store(at(columns[i]), values[i]);
          }
        }
      }
    }
  }

 private:
  LOGITOPS_DEVICE static bool is_aligned(const T* pointer) {
    return reinterpret_cast<uintptr_t>(pointer) % kVectorBytes == 0;
  }

  /** Whether the vector that begins with column k of a fragment is one of memory, too. */
  template <int kVector>
  LOGITOPS_DEVICE bool by_vectors(GroupColumns<kVector> columns, int k) const {
    return columns.holds_vector(k) && (columns.wide ? aligned() : is_aligned(at(columns[k])));
  }

  LOGITOPS_DEVICE static void store_aligned(T* to, Vector<T> vector) {
    __stwb(reinterpret_cast<Vector<T>*>(to), vector);  // the default store, but an assignment would become four
  }

  LOGITOPS_DEVICE void store_vector(T* to, Vector<T> vector) const {
    if (aligned()) {
      store_aligned(to, vector);
      return;
    }
#pragma unroll 1  // for code that is short where it is said often
    for (int k = 0; k < kVectorBytes / sizeof(T); k++) {
      to[k] = shift_out<T>(vector);
    }
  }
};

}  // namespace logitops
