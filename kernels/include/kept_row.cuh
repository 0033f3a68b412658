// kept_row: what waits in shared memory: a row, or what a thread computed of it.
#pragma once

#include <type_traits>

#include "dense_row.cuh"

namespace logitops {

extern __shared__ uint4 kept_vectors[];

/**
 * The first fragments of a row that goes by vectors: each thread has its own and nobody else's, in an order without bank
 * conflicts.
 */
template <class T>
struct KeptVectors {
  using Element = std::remove_const_t<T>;
  static constexpr int kColumns = kFragment<Arithmetic<Element>>;

  uint4* own;  // this thread's first; the next lies blockDim.x further

  /** Starts to copy this thread's vectors of a fragment. */
  template <int kVector>
  LOGITOPS_DEVICE void fetch(DenseRow<T> row, GroupColumns<kVector> columns) const {
#pragma unroll
    for (int k = 0; k < kColumns; k += kVector) {
      if (columns.holds(k)) {
        copy_async(at<kVector>(columns, k), reinterpret_cast<const uint4*>(row.at(columns[k])));
      }
    }
  }

  /** Keeps a fragment of values that are elements. */
  template <int kVector, class A>
  LOGITOPS_DEVICE void put(GroupColumns<kVector> columns, const A (&values)[kFragment<A>]) const {
#pragma unroll
    for (int k = 0; k < kColumns; k += kVector) {
      const Vector<Element> vector = pack<Element>(values + k);
      memcpy(at<kVector>(columns, k), &vector, sizeof vector);
    }
  }

  template <int kVector, class A>
  LOGITOPS_DEVICE auto vector(GroupColumns<kVector> columns, int k, A missing) const {
    Vector<Element> vector = vector_of<Element>(missing);
    if (columns.holds(k)) {
      memcpy(&vector, at<kVector>(columns, k), kVectorBytes);
    }
    return vector;
  }

  template <int kVector, class A>
  LOGITOPS_DEVICE void load(GroupColumns<kVector> columns, A missing, A (&into)[kFragment<A>]) const {
#pragma unroll
    for (int k = 0; k < kColumns; k += kVector) {
      unpack<Element>(vector(columns, k, missing), into + k);
    }
  }

 private:
  template <int kVector>
  LOGITOPS_DEVICE uint4* at(GroupColumns<kVector> columns, int k) const {
    return own + (columns.index * kColumns + k) / kVector * blockDim.x;
  }
};

/** All columns. */
struct EveryColumn {
  LOGITOPS_DEVICE bool operator()(uint32_t) const { return true; }
  LOGITOPS_DEVICE bool all_of(uint32_t, uint32_t) const { return true; }
};

/**
 * The first columns of a row that does not: all threads copy the vectors that the row lies across, whosever columns these are, and the
 * row lies in shared memory as far off a multiple of 16 bytes as it does in memory. What is missing lies around it, so that a vector may
 * begin anywhere.
 */
template <class T>
struct KeptLine {
  using Element = std::remove_const_t<T>;
  static constexpr uint32_t kVector = kVectorBytes / sizeof(T);

  DenseRow<T> row;   // from its first column on
  uint32_t ahead;    // elements of the row's first vector that are not the row's
  uint32_t vectors;  // in kept_vectors: the first, which lies before the row
  uint32_t base;     // in bytes from kept_vectors on: where column 0 would be

  /** Of a row whose columns from `begin` on are in these vectors. */
  LOGITOPS_DEVICE KeptLine(DenseRow<T> of, uint32_t begin, uint32_t first_vector)
      : row{of.at(begin)},
        ahead(static_cast<uint32_t>(reinterpret_cast<uintptr_t>(row.first)) % kVectorBytes / sizeof(T)),
        vectors(first_vector),
        base((first_vector + 1) * kVectorBytes + (ahead - begin) * sizeof(T)) {}

  /** Starts to copy this thread's share of the next `cols` columns, of those that are seen. */
  template <class Seen>
  LOGITOPS_DEVICE void fetch(uint32_t cols, Arithmetic<Element> missing, Seen seen) const {
    for (uint32_t v = threadIdx.x; v * kVector < ahead + cols + 2 * kVector; v += blockDim.x) {
      const uint32_t first = (v - 1) * kVector - ahead;  // wraps if the row begins after it
      const auto holds = [&](int k) { return first + k < cols; };
      if (holds(0) && holds(kVector - 1) && seen.all_of(first, kVector)) {
        copy_async(kept_vectors + vectors + v, reinterpret_cast<const uint4*>(row.at(first)));
      } else {
        const auto edge = gather_vector<Element>(row.at(0) + static_cast<int32_t>(first), missing,
                                                 [&](int k) { return holds(k) && seen(first + k); });
        memcpy(kept_vectors + vectors + v, &edge, kVectorBytes);
      }
    }
  }

  /** The columns from this one on. */
  LOGITOPS_DEVICE auto vector(uint32_t column) const {
    const uint32_t bytes = base + column * sizeof(T);
    const uint4* const at = kept_vectors + bytes / kVectorBytes;
    const uint32_t byte = bytes % kVectorBytes;
    const uint4 words = byte == 0 ? at[0] : shifted<Element>(at[0], at[1], byte);
    Vector<Element> vector;
    memcpy(&vector, &words, kVectorBytes);
    return vector;
  }
};

/** A row of which the first fragments wait in shared memory, one way or the other. */
template <class T>
struct KeptRow {
  DenseRow<T> row;
  KeptVectors<T> own;
  KeptLine<T> line;
  int fragments;
  bool by_vectors;

  LOGITOPS_DEVICE T* at(uint32_t column) const { return row.at(column); }

  LOGITOPS_DEVICE bool aligned() const { return row.aligned(); }

  /** Whether threads look at what others copied. */
  LOGITOPS_DEVICE bool is_shared() const { return !by_vectors && fragments > 0; }

  /** The vector that begins with column k of a fragment, as it is; `missing` stands for columns that are not held. */
  template <int kVector, class A>
  LOGITOPS_DEVICE auto vector(GroupColumns<kVector> columns, int k, A missing) const {
    if (columns.index >= fragments) {
      return row.vector(columns, k, missing);
    }
    if (by_vectors) {
      return own.vector(columns, k, missing);
    }
    return columns.touches_vector(k) ? line.vector(columns[k]) : vector_of<std::remove_const_t<T>>(missing);
  }

  template <int kVector, class A>
  LOGITOPS_DEVICE void load(GroupColumns<kVector> columns, A missing, A (&into)[kFragment<A>]) const {
#pragma unroll
    for (int k = 0; k < kFragment<A>; k += kVector) {
      unpack<std::remove_const_t<T>>(vector(columns, k, missing), into + k);
    }
  }
};

/** Values that each thread computed of its first fragments, in shared memory. */
template <class A>
struct KeptValues {
  static constexpr int kVectors = sizeof(Fragment<A>) / kVectorBytes;

  uint4* own;  // this thread's first vector; the next lies `threads` further
  uint32_t threads;
  int fragments;

  template <class Columns>
  LOGITOPS_DEVICE bool has(Columns columns) const {
    return columns.index < fragments;
  }

  template <class Columns>
  LOGITOPS_DEVICE void put(Columns columns, const Fragment<A>& values) const {
#pragma unroll
    for (int v = 0; v < kVectors; v++) {
      memcpy(own + (columns.index * kVectors + v) * threads, &values[v * kFragment<A> / kVectors], kVectorBytes);
    }
  }

  template <class Columns>
  LOGITOPS_DEVICE void get(Columns columns, Fragment<A>& values) const {
#pragma unroll
    for (int v = 0; v < kVectors; v++) {
      unpack<A>(own[(columns.index * kVectors + v) * threads], values + v * kFragment<A> / kVectors);
    }
  }
};

}  // namespace logitops
