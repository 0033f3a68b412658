// vector: 16 bytes of elements at a time, the widest that a thread reads or writes.
#pragma once

#include <cuda_pipeline.h>
#include <string.h>

#include <type_traits>

#include "arithmetic.cuh"
#include "geometry.cuh"

namespace logitops {

/** Whether there are instructions for two packed elements at a time. */
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
constexpr bool kPairwise = true;
#else
constexpr bool kPairwise = false;
#endif

/** Two elements in one word, as they lie in memory, for dtypes of 16 bits. */
template <class T>
struct Pair {};

template <>
struct Pair<__half> {
  __half elements[2];

  LOGITOPS_DEVICE float2 widen() const { return {__half2float(elements[0]), __half2float(elements[1])}; }

  LOGITOPS_DEVICE static Pair round(float low, float high) {
    const __half2 both = __floats2half2_rn(low, high);
    Pair pair;
    memcpy(&pair, &both, sizeof pair);
    return pair;
  }

  LOGITOPS_DEVICE static Pair larger(Pair a, Pair b) {
    __half2 left, right;
    memcpy(&left, &a, sizeof left);
    memcpy(&right, &b, sizeof right);
    left = __hmax2(left, right);
    memcpy(&a, &left, sizeof a);
    return a;
  }
};

template <>
struct Pair<__nv_bfloat16> {
  uint32_t word;

  /** An instruction each: a word that becomes a float in C++ is moved. */
  LOGITOPS_DEVICE float2 widen() const {
    float2 both;
    asm("shl.b32 %0, %1, 16;" : "=f"(both.x) : "r"(word));
    asm("and.b32 %0, %1, 0xffff0000;" : "=f"(both.y) : "r"(word));
    return both;
  }

  LOGITOPS_DEVICE static Pair round(float low, float high) {
    Pair pair;
    if constexpr (kPairwise) {
      const __nv_bfloat162 both = __floats2bfloat162_rn(low, high);
      memcpy(&pair, &both, sizeof pair);
    } else {
      pair.word = rounded(low) >> 16 | (rounded(high) & kHigh);
    }
    return pair;
  }

  LOGITOPS_DEVICE static Pair larger(Pair a, Pair b) {
    __nv_bfloat162 left, right;
    memcpy(&left, &a, sizeof left);
    memcpy(&right, &b, sizeof right);
    left = __hmax2(left, right);
    memcpy(&a, &left, sizeof a);
    return a;
  }

 private:
  static constexpr uint32_t kHigh = 0xffff0000;

  /** In the upper half; to nearest, ties to even, as the instruction has it that older devices lack. */
  LOGITOPS_DEVICE static uint32_t rounded(float value) {
    const uint32_t bits = __float_as_uint(value);
    return isnan(value) ? 0x7fff0000 : bits + 0x7fff + (bits >> 16 & 1);
  }
};

/** A vector in registers: of the type that is computed in where that is the stored one, else of words. */
template <class T>
using Vector = std::conditional_t<sizeof(T) == 8, double2, std::conditional_t<sizeof(T) == 4, float4, uint4>>;

/** The elements of a vector, widened. */
template <class T, class V, class A>
LOGITOPS_DEVICE void unpack(V vector, A* into) {
  if constexpr (sizeof(T) == 2) {
    Pair<T> pairs[kVectorBytes / 4];
    memcpy(pairs, &vector, kVectorBytes);
#pragma unroll
    for (int k = 0; k < kVectorBytes / 4; k++) {
      const float2 both = pairs[k].widen();
      into[2 * k] = both.x;
      into[2 * k + 1] = both.y;
    }
  } else {
    memcpy(into, &vector, kVectorBytes);
  }
}

/** A vector of values, each rounded. */
template <class T, class A>
LOGITOPS_DEVICE Vector<T> pack(const A* values) {
  Vector<T> vector;
  if constexpr (sizeof(T) == 2) {
    Pair<T> pairs[kVectorBytes / 4];
#pragma unroll
    for (int k = 0; k < kVectorBytes / 4; k++) {
      pairs[k] = Pair<T>::round(values[2 * k], values[2 * k + 1]);
    }
    memcpy(&vector, pairs, kVectorBytes);
  } else {
    memcpy(&vector, values, kVectorBytes);
  }
  return vector;
}

/** A vector of one value. */
template <class T>
LOGITOPS_DEVICE Vector<T> vector_of(Arithmetic<T> value) {
  Arithmetic<T> values[kVectorBytes / sizeof(T)];
#pragma unroll
  for (int k = 0; k < kVectorBytes / sizeof(T); k++) {
    values[k] = value;
  }
  return pack<T>(values);
}

/** Element by element, the larger of two vectors. */
template <class T>
LOGITOPS_DEVICE Vector<T> larger_of_each(Vector<T> a, Vector<T> b) {
  if constexpr (sizeof(T) == 2) {
    Pair<T> left[kVectorBytes / 4], right[kVectorBytes / 4];
    memcpy(left, &a, kVectorBytes);
    memcpy(right, &b, kVectorBytes);
#pragma unroll
    for (int k = 0; k < kVectorBytes / 4; k++) {
      left[k] = Pair<T>::larger(left[k], right[k]);
    }
    memcpy(&a, left, kVectorBytes);
  } else {
    T left[kVectorBytes / sizeof(T)], right[kVectorBytes / sizeof(T)];
    memcpy(left, &a, kVectorBytes);
    memcpy(right, &b, kVectorBytes);
#pragma unroll
    for (int k = 0; k < kVectorBytes / sizeof(T); k++) {
      left[k] = larger(left[k], right[k]);
    }
    memcpy(&a, left, kVectorBytes);
  }
  return a;
}

/** The largest element of a vector. */
template <class T>
LOGITOPS_DEVICE Arithmetic<T> largest_of(Vector<T> vector) {
  if constexpr (sizeof(T) == 2) {
    vector = larger_of_each<T>(vector, make_uint4(vector.z, vector.w, vector.x, vector.y));
    vector = larger_of_each<T>(vector, make_uint4(vector.y, vector.x, vector.w, vector.z));
    Pair<T> pair;
    memcpy(&pair, &vector, sizeof pair);
    const float2 both = pair.widen();
    return larger(both.x, both.y);
  } else {
    Arithmetic<T> values[kVectorBytes / sizeof(T)];
    unpack<T>(vector, values);
    return tree<kVectorBytes / sizeof(T)>(values, [](Arithmetic<T> a, Arithmetic<T> b) { return larger(a, b); });
  }
}

/** Reads kCount elements from an address that is a multiple of 16. */
template <int kCount, class T, class A>
LOGITOPS_DEVICE void load_vectors(const T* from, A* into) {
#pragma unroll
  for (int k = 0; k < kCount; k += kVectorBytes / sizeof(T)) {
    unpack<T>(*reinterpret_cast<const Vector<T>*>(from + k), into + k);
  }
}

/** 16 of 32 bytes, from a byte on that is that of an element, and not the first. */
template <class T>
LOGITOPS_DEVICE uint4 shifted(uint4 low, uint4 high, uint32_t byte) {
  uint32_t words[8] = {low.x, low.y, low.z, low.w, high.x, high.y, high.z, high.w};
#pragma unroll
  for (int k = 0; k < 6; k++) {
    words[k] = (byte & 8) != 0 ? words[k + 2] : words[k];
  }
  if constexpr (sizeof(T) <= 4) {
#pragma unroll
    for (int k = 0; k < 5; k++) {
      words[k] = (byte & 4) != 0 ? words[k + 1] : words[k];
    }
  }
  if constexpr (sizeof(T) == 2) {
#pragma unroll
    for (int k = 0; k < 4; k++) {
      words[k] = __funnelshift_r(words[k], words[k + 1], 8 * (byte & 2));
    }
  }
  return make_uint4(words[0], words[1], words[2], words[3]);
}

/** A vector of those elements from `from` on for which holds(k); of `missing` elsewhere, where nothing is read. */
template <class T, class Holds>
LOGITOPS_DEVICE Vector<T> gather_vector(const T* from, Arithmetic<T> missing, Holds holds) {
  Vector<T> vector = vector_of<T>(missing);
  T elements[kVectorBytes / sizeof(T)];
  memcpy(elements, &vector, kVectorBytes);
#pragma unroll
  for (int k = 0; k < kVectorBytes / sizeof(T); k++) {
    if (holds(k)) {
      elements[k] = from[k];
    }
  }
  memcpy(&vector, elements, kVectorBytes);
  return vector;
}

/** Puts an element before the others of a vector; the last one falls out. */
template <class T>
LOGITOPS_DEVICE void shift_in(Vector<T>& vector, T element) {
  T elements[kVectorBytes / sizeof(T)];
  memcpy(elements, &vector, kVectorBytes);
#pragma unroll
  for (int k = kVectorBytes / sizeof(T) - 1; k > 0; k--) {
    elements[k] = elements[k - 1];
  }
  elements[0] = element;
  memcpy(&vector, elements, kVectorBytes);
}

/** Takes out the first element of a vector; the others move up. */
template <class T>
LOGITOPS_DEVICE T shift_out(Vector<T>& vector) {
  T elements[kVectorBytes / sizeof(T)];
  memcpy(elements, &vector, kVectorBytes);
  const T first = elements[0];
#pragma unroll
  for (int k = 1; k < kVectorBytes / sizeof(T); k++) {
    elements[k - 1] = elements[k];
  }
  memcpy(&vector, elements, kVectorBytes);
  return first;
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
