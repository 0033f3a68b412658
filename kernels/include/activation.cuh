// activation: functions of elements and their gradients, element by element: what the sigmoid kernels share but for the function.
//
// Shapes    x, y, dy, dx: [rows, length], rows `stride` elements apart; factors: an element each, without padding.
// Launch    blocks of 256, any grid: see include/elements.cuh.
// Aliasing  y may be x, and dx may be dy.
#pragma once

#include "elements.cuh"

namespace logitops {

template <class T>
struct ActivationForward {
  Elements elements;
  Matrix<T> y;
  Matrix<const T> x;

  /** y = f(x) */
  template <class F>
  LOGITOPS_DEVICE void write(F f) const {
    each_element<kNeighbours<T>>(elements, [&](auto count, int64_t row, int64_t column) {
      constexpr int kCount = decltype(count)::value;
      Arithmetic<T> v[kCount];
      load_elements<kCount>(x.at(row, column), v);
#pragma unroll
      for (int k = 0; k < kCount; k++) {
        v[k] = f(v[k]);
      }
      store_elements<kCount>(y.at(row, column), v);
    });
  }
};

template <class T>
struct ActivationBackward {
  Elements elements;
  Matrix<T> dx;
  Matrix<const T> y;
  Matrix<const T> dy;
  GradScale<Arithmetic<T>> grad_scale;  // per_row: a factor for each element

  /** dx = g dy slope(y) */
  template <class F>
  LOGITOPS_DEVICE void write(F slope) const {
    using A = Arithmetic<T>;
    const RowFactor<A> factor(grad_scale.value);
    each_element<kNeighbours<T>>(elements, [&](auto count, int64_t row, int64_t column) {
      constexpr int kCount = decltype(count)::value;
      A output[kCount], v[kCount];
      load_elements<kCount>(y.at(row, column), output);
      load_elements<kCount>(dy.at(row, column), v);
#pragma unroll
      for (int k = 0; k < kCount; k++) {
        v[k] *= slope(output[k]);
      }
      scale_elements<kCount>(grad_scale, factor, row * elements.length + column, v);
      store_elements<kCount>(dx.at(row, column), v);
    });
  }
};

}  // namespace logitops
