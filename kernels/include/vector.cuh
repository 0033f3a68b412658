// vector: 16 bytes of elements at a time, the widest that a thread reads or writes.
#pragma once

#include <cuda_pipeline.h>
#include <string.h>

#include "dtype.cuh"
#include "geometry.cuh"

namespace logitops {

/** The elements of a vector, widened. */
template <class T, class A>
LOGITOPS_DEVICE void unpack(uint4 vector, A* into) {
  T elements[kVectorBytes / sizeof(T)];
  memcpy(elements, &vector, kVectorBytes);
#pragma unroll
  for (int k = 0; k < kVectorBytes / sizeof(T); k++) {
    into[k] = widen(elements[k]);
  }
}

/** A vector of values, each rounded. */
template <class T, class A>
LOGITOPS_DEVICE uint4 pack(const A* values) {
  T elements[kVectorBytes / sizeof(T)];
#pragma unroll
  for (int k = 0; k < kVectorBytes / sizeof(T); k++) {
    store(&elements[k], values[k]);
  }
  uint4 vector;
  memcpy(&vector, elements, kVectorBytes);
  return vector;
}

/** Reads kCount elements from an address that is a multiple of 16. */
template <int kCount, class T, class A>
LOGITOPS_DEVICE void load_vectors(const T* from, A* into) {
#pragma unroll
  for (int k = 0; k < kCount; k += kVectorBytes / sizeof(T)) {
    unpack<T>(*reinterpret_cast<const uint4*>(from + k), into + k);
  }
}

/** Rounds kCount values into an address that is a multiple of 16. */
template <int kCount, class T, class A>
LOGITOPS_DEVICE void store_vectors(T* to, const A* values) {
#pragma unroll
  for (int k = 0; k < kCount; k += kVectorBytes / sizeof(T)) {
    // The default store, but an assignment would become four.
    __stwb(reinterpret_cast<uint4*>(to + k), pack<T>(values + k));
  }
}

/** Starts to copy an element or a vector to shared memory. Before compute capability 8.0, and of elements too small for
 * that, copies. */
template <class T>
LOGITOPS_DEVICE void copy_async(T* to, const T* from) {
  if constexpr (sizeof(T) < 4) {
    *to = *from;
  } else {
    __pipeline_memcpy_async(to, from, sizeof(T));
  }
}

/** Waits for all copies that this thread started. */
LOGITOPS_DEVICE void wait_for_copies() {
  __pipeline_commit();
  __pipeline_wait_prior(0);
  asm volatile("" ::: "memory");  // which the wait itself does not say to the compiler
}

}  // namespace logitops
