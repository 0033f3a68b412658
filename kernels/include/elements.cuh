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

/** kCount elements one after the other, row after row; of the last ones of all, some may be missing. */
template <int kCount>
struct Run {
  int64_t length;  // of a row
  int64_t first;   // its first element, among all
  int64_t row;     // where that lies
  int64_t column;
  int32_t count;  // how many there are
  bool whole;     // it is in one row, and vectors of every matrix

  /** Reads them; 0 for those that are missing. */
  template <class T>
  LOGITOPS_DEVICE void load(const Matrix<const T>& from, Arithmetic<T>* into) const {
    if (whole) {
      load_elements<kCount>(from.at(row, column), into);
    } else {
      each([&](int k, int64_t at_row, int64_t at_column) {
        into[k] = k < count ? widen(*from.at(at_row, at_column)) : Arithmetic<T>(0);
      });
    }
  }

  /** Writes them, each rounded. */
  template <class T>
  LOGITOPS_DEVICE void store(const Matrix<T>& to, const Arithmetic<T>* values) const {
    if (whole) {
      store_elements<kCount>(to.at(row, column), values);
    } else {
      each([&](int k, int64_t at_row, int64_t at_column) {
        if (k < count) {
          logitops::store(to.at(at_row, at_column), values[k]);
        }
      });
    }
  }

 private:
  template <class Body>
  LOGITOPS_DEVICE void each(Body body) const {
    int64_t at_row = row, at_column = column;
#pragma unroll
    for (int k = 0; k < kCount; k++) {
      body(k, at_row, at_column);
      at_column++;
      if (at_column == length) {
        at_column = 0;
        at_row++;
      }
    }
  }
};

/**
 * Calls body(run) for runs that together are all elements, each once. The threads of the grid take turns: which one has an element
 * depends on the element and the number of blocks, not on where it lies. Here Elements say `vectors` only if no run of a whole
 * number crosses from a row to another one.
 */
template <int kCount, class Body>
LOGITOPS_DEVICE void each_run(const Elements& elements, Body body) {
  const int64_t all = elements.rows * elements.length;
  const int64_t threads = static_cast<int64_t>(gridDim.x) * blockDim.x;
  for (int64_t i = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i * kCount < all; i += threads) {
    const int64_t first = i * kCount;
    const int64_t row = elements.rows == 1 ? 0 : quotient(first, elements.length);
    const int32_t count = all - first < kCount ? static_cast<int32_t>(all - first) : kCount;
    const bool whole = elements.vectors != 0 && count == kCount;
    body(Run<kCount>{elements.length, first, row, first - row * elements.length, count, whole});
  }
}

}  // namespace logitops
