// elements: matrices that are walked element by element, where no element needs another one. Row r of a matrix begins at
// element r * stride; matrices without padding are one long row to the host.
#pragma once

#include "tensor.cuh"
#include "vector.cuh"

namespace logitops {

/** What is walked, the first of a kernel's parameters. */
struct Elements {
  int64_t rows;
  int64_t length;   // of a row
  int32_t vectors;  // 1: each row of each matrix begins at a multiple of 16 bytes
};

/** How many neighbours of T a thread takes at a time: a vector. */
template <class T>
constexpr int kNeighbours = kVectorBytes / sizeof(T);

template <class T>
struct Matrix {
  T* data;
  int64_t stride;

  LOGITOPS_DEVICE T* at(int64_t row, int64_t column) const { return data + row * stride + column; }
};

/** Reads kCount neighbours: one, or as many as whole vectors have; of a wider type, several vectors. */
template <int kCount, class T>
LOGITOPS_DEVICE void load_elements(const T* from, Arithmetic<T>* into) {
  if constexpr (kCount == 1) {
    into[0] = widen(from[0]);
  } else {
    load_vectors<kCount>(from, into);
  }
}

/** Writes kCount neighbours, each rounded. */
template <int kCount, class T>
LOGITOPS_DEVICE void store_elements(T* to, const Arithmetic<T>* values) {
  if constexpr (kCount == 1) {
    store(to, values[0]);
  } else {
#pragma unroll
    for (int k = 0; k < kCount; k += kVectorBytes / sizeof(T)) {
      *reinterpret_cast<Vector<T>*>(to + k) = pack<T>(values + k);
    }
  }
}

/**
 * Multiplies gradients of kCount neighbours, the first of which has this index among all elements, by what the caller has
 * them multiplied by: `factor`, or where there is one for each element, by that.
 */
template <int kCount, class A>
LOGITOPS_DEVICE void scale_elements(const GradScale<A>& scale, const RowFactor<A>& factor, int64_t index, A* gradient) {
  if (scale.per_row == nullptr) {
#pragma unroll
    for (int k = 0; k < kCount; k++) {
      gradient[k] = factor.times(gradient[k]);
    }
  } else {
#pragma unroll
    for (int k = 0; k < kCount; k++) {
      gradient[k] = RowFactor<A>(scale.of(index + k)).times(gradient[k]);
    }
  }
}

/**
 * Calls body(count, row, column) for all elements, each once: kCount neighbours, the value of the type of count, as long as a
 * row's vectors last, then of 1. The threads of the grid take turns.
 */
template <int kCount, class Body>
LOGITOPS_DEVICE void each_element(const Elements& elements, Body body) {
  const int64_t whole = elements.vectors != 0 ? elements.length / kCount : 0;
  const int64_t rest = elements.length - whole * kCount;
  const int64_t thread = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  const int64_t threads = static_cast<int64_t>(gridDim.x) * blockDim.x;
  for (int64_t i = thread; i < elements.rows * whole; i += threads) {
    const int64_t row = elements.rows == 1 ? 0 : quotient(i, whole);
    body(std::integral_constant<int, kCount>(), row, (i - row * whole) * kCount);
  }
  for (int64_t i = thread; i < elements.rows * rest; i += threads) {
    const int64_t row = elements.rows == 1 ? 0 : quotient(i, rest);
    body(std::integral_constant<int, 1>(), row, whole * kCount + i - row * rest);
  }
}

}  // namespace logitops
