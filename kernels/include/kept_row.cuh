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
  LOGITOPS_DEVICE void load(GroupColumns<kVector> columns, A missing, A (&into)[kFragment<A>]) const {
#pragma unroll
    for (int k = 0; k < kColumns; k++) {
      into[k] = missing;
    }
#pragma unroll
    for (int k = 0; k < kColumns; k += kVector) {
      if (columns.holds(k)) {
        unpack<Element>(*at<kVector>(columns, k), into + k);
      }
    }
  }

 private:
  template <int kVector>
  LOGITOPS_DEVICE uint4* at(GroupColumns<kVector> columns, int k) const {
    return own + (columns.index * kColumns + k) / kVector * blockDim.x;
  }
};

/**
 * The first columns of a row that does not: all threads copy the vectors that the row lies across, whosever columns these
 * are, and the row lies in shared memory as far off a multiple of 16 bytes as it does in memory.
 */
template <class T>
struct KeptLine {
  using Element = std::remove_const_t<T>;

  uint4* vectors;
  DenseRow<T> row;  // from its first column on
  uint32_t begin;   // which one that is

  /** Starts to copy this thread's share of the next `cols` columns. */
  LOGITOPS_DEVICE void fetch(uint32_t cols) const {
    constexpr uint32_t kVector = kVectorBytes / sizeof(T);
    const uint32_t ahead = off();  // elements of the first vector that are not the row's
    for (uint32_t v = threadIdx.x; v * kVector < ahead + cols; v += blockDim.x) {
      const uint32_t first = v * kVector - ahead;  // wraps if the row begins within this vector
      if (v * kVector >= ahead && first + kVector <= cols) {
        copy_async(vectors + v, reinterpret_cast<const uint4*>(row.at(first)));
      } else {
#pragma unroll
        for (uint32_t i = 0; i < kVector; i++) {
          if (first + i < cols) {
            copy_async(elements() + (first + i), const_cast<const Element*>(row.at(first + i)));
          }
        }
      }
    }
  }

  template <int kVector, class A>
  LOGITOPS_DEVICE void load(GroupColumns<kVector> columns, A missing, A (&into)[kFragment<A>]) const {
#pragma unroll
    for (int k = 0; k < kFragment<A>; k++) {
      into[k] = columns.holds(k) ? widen(elements()[columns[k] - begin]) : missing;
    }
  }

 private:
  LOGITOPS_DEVICE uint32_t off() const {
    return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(row.first)) % kVectorBytes / sizeof(T);
  }

  LOGITOPS_DEVICE Element* elements() const { return reinterpret_cast<Element*>(vectors) + off(); }
};

/** A row of which the first fragments wait in shared memory, one way or the other. */
template <class T>
struct KeptRow {
  DenseRow<T> row;
  uint4* vectors;  // this thread's first, or those of the line
  uint32_t begin;  // the first column that the block has
  int fragments;
  bool by_vectors;

  LOGITOPS_DEVICE T* at(uint32_t column) const { return row.at(column); }

  LOGITOPS_DEVICE bool aligned() const { return row.aligned(); }

  /** Whether threads look at what others copied. */
  LOGITOPS_DEVICE bool is_shared() const { return !by_vectors; }

  LOGITOPS_DEVICE KeptVectors<T> own() const { return {vectors}; }
  LOGITOPS_DEVICE KeptLine<T> line() const { return {vectors, {row.at(begin)}, begin}; }

  template <int kVector, class A>
  LOGITOPS_DEVICE void load(GroupColumns<kVector> columns, A missing, A (&into)[kFragment<A>]) const {
    if (columns.index >= fragments) {
      row.load(columns, missing, into);
    } else if (by_vectors) {
      own().load(columns, missing, into);
    } else {
      line().load(columns, missing, into);
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
