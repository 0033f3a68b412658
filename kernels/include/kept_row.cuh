// kept_row: what waits in shared memory: a row, or what a thread computed of it.
#pragma once

#include <type_traits>

#include "dense_row.cuh"

namespace logitops {

extern __shared__ uint4 kept_vectors[];

/**
 * A row of which the first batches wait in shared memory. If it goes by vectors, each thread has its own there and
 * nobody else's, in an order without bank conflicts. If not, threads copy the vectors that the row lies across,
 * whosever columns these are, and the row lies in shared memory as far off a multiple of 16 bytes as it does in memory.
 */
template <class T>
struct KeptRow {
  using Element = std::remove_const_t<T>;

  DenseRow<T> row;
  uint4* vectors;  // this thread's first, the next lies blockDim.x further; or those of the line
  int batches;
  bool by_vectors;

  LOGITOPS_DEVICE T* at(uint32_t column) const { return row.at(column); }

  LOGITOPS_DEVICE bool is_shared() const { return !by_vectors; }

  /** Starts to copy this thread's vectors of a batch. */
  template <int kVector>
  LOGITOPS_DEVICE void fetch(GroupColumns<kVector> columns) const {
    constexpr int kOfBatch = kBatch<Arithmetic<Element>>;
#pragma unroll
    for (int k = 0; k < kOfBatch; k += kVector) {
      if (columns.holds(k)) {
        copy_async(vectors + (columns.index * kOfBatch + k) / kVector * blockDim.x,
                   reinterpret_cast<const uint4*>(at(columns[k])));
      }
    }
  }

  /** Starts to copy this thread's share of the first `cols` columns as a line. */
  LOGITOPS_DEVICE void fetch_line(uint32_t cols) const {
    constexpr uint32_t kVector = kVectorBytes / sizeof(T);
    const uint32_t ahead = off();  // elements of the first vector that are not the row's
    for (uint32_t v = threadIdx.x; v * kVector < ahead + cols; v += blockDim.x) {
      const uint32_t first = v * kVector - ahead;  // wraps if the row begins within this vector
      if (v * kVector >= ahead && first + kVector <= cols) {
        copy_async(vectors + v, reinterpret_cast<const uint4*>(at(first)));
      } else {
#pragma unroll
        for (uint32_t i = 0; i < kVector; i++) {
          if (first + i < cols) {
            copy_async(line() + (first + i), const_cast<const Element*>(at(first + i)));
          }
        }
      }
    }
  }

  template <int kVector, class A>
  LOGITOPS_DEVICE void load(GroupColumns<kVector> columns, A missing, A (&into)[kBatch<A>]) const {
    if (columns.index >= batches) {
      row.load(columns, missing, into);
    } else if (by_vectors) {
#pragma unroll
      for (int k = 0; k < kBatch<A>; k++) {
        into[k] = missing;
      }
#pragma unroll
      for (int k = 0; k < kBatch<A>; k += kVector) {
        if (columns.holds(k)) {
          unpack<Element>(vectors[(columns.index * kBatch<A> + k) / kVector * blockDim.x], into + k);
        }
      }
    } else {
#pragma unroll
      for (int k = 0; k < kBatch<A>; k++) {
        into[k] = columns.holds(k) ? widen(line()[columns[k]]) : missing;
      }
    }
  }

 private:
  LOGITOPS_DEVICE uint32_t off() const {
    return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(row.first)) % kVectorBytes / sizeof(T);
  }

  LOGITOPS_DEVICE Element* line() const { return reinterpret_cast<Element*>(vectors) + off(); }
};

/** Values that each thread computed of its first batches, in shared memory. */
template <class A>
struct KeptValues {
  static constexpr int kVectors = sizeof(Batch<A>) / kVectorBytes;

  uint4* own;  // this thread's first vector; the next lies `threads` further
  uint32_t threads;
  int batches;

  template <class Columns>
  LOGITOPS_DEVICE bool has(Columns columns) const {
    return columns.index < batches;
  }

  template <class Columns>
  LOGITOPS_DEVICE void put(Columns columns, const Batch<A>& values) const {
#pragma unroll
    for (int v = 0; v < kVectors; v++) {
      memcpy(own + (columns.index * kVectors + v) * threads, &values[v * kBatch<A> / kVectors], kVectorBytes);
    }
  }

  template <class Columns>
  LOGITOPS_DEVICE void get(Columns columns, Batch<A>& values) const {
#pragma unroll
    for (int v = 0; v < kVectors; v++) {
      unpack<A>(own[(columns.index * kVectors + v) * threads], values + v * kBatch<A> / kVectors);
    }
  }
};

}  // namespace logitops
