// vector: 16 bytes of elements at a time, the widest that a thread reads or writes.
#pragma once

#include <cuda_pipeline.h>
#include <string.h>

#include <type_traits>

#include "dtype.cuh"

namespace logitops {

constexpr int kVectorBytes = 16;

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

/** Reads kCount elements from an address that is a multiple of 16; nothing, and `missing` for each, if they are not
 * there. */
template <int kCount, class T, class A>
LOGITOPS_DEVICE void load_vectors(const T* from, bool there, A missing, A* into) {
  constexpr int kPerVector = kVectorBytes / sizeof(T);
#pragma unroll
  for (int k = 0; k < kCount; k += kPerVector) {
    T elements[kPerVector];
#pragma unroll
    for (int i = 0; i < kPerVector; i++) {
      store(&elements[i], missing);
    }
    uint4 vector;
    memcpy(&vector, elements, kVectorBytes);
    if (there) {
      vector = *reinterpret_cast<const uint4*>(from + k);
    }
    unpack<T>(vector, into + k);
  }
}

/** Rounds kCount values into an address that is a multiple of 16. */
template <int kCount, class T, class A>
LOGITOPS_DEVICE void store_vectors(T* to, const A* values) {
  constexpr int kPerVector = kVectorBytes / sizeof(T);
#pragma unroll
  for (int k = 0; k < kCount; k += kPerVector) {
    T elements[kPerVector];
#pragma unroll
    for (int i = 0; i < kPerVector; i++) {
      store(&elements[i], values[k + i]);
    }
    uint4 vector;
    memcpy(&vector, elements, kVectorBytes);
    __stwb(reinterpret_cast<uint4*>(to + k), vector);  // the default, but an assignment becomes four stores
  }
}

/** Starts to copy kBytes from global to shared memory; before compute capability 8.0, copies them. */
template <int kBytes>
LOGITOPS_DEVICE void copy_async(void* to, const void* from) {
  __pipeline_memcpy_async(to, from, kBytes);
}

/** Waits for all copies that this thread started. */
LOGITOPS_DEVICE void wait_for_copies() {
  __pipeline_commit();
  __pipeline_wait_prior(0);
}

/** Starts to copy elements from anywhere into a vector in shared memory; zero where `at` gives null. */
template <int kCount, class At>
LOGITOPS_DEVICE void copy_elements(uint4* to, At at) {
  using T = std::remove_const_t<std::remove_pointer_t<decltype(at(0))>>;
  if constexpr (sizeof(T) < 4) {  // too small to be copied asynchronously
    T elements[kCount];
#pragma unroll
    for (int k = 0; k < kCount; k++) {
      const auto from = at(k);
      elements[k] = from == nullptr ? T(0.0f) : *from;
    }
    uint4 vector;
    memcpy(&vector, elements, kVectorBytes);
    *to = vector;
  } else {
#pragma unroll
    for (int k = 0; k < kCount; k++) {
      T* element = reinterpret_cast<T*>(to) + k;
      const auto from = at(k);
      if (from == nullptr) {
        *element = T(0);
      } else {
        copy_async<sizeof(T)>(element, from);
      }
    }
  }
}

}  // namespace logitops
