// sigmoid_bwd: dx = g dy y (1 - y), where y is what sigmoid_fwd wrote, element by element.
//
// Shapes    y, dy, dx: [rows, length], rows `stride` elements apart; factors: an element each, without padding.
// Launch    blocks of 256, any grid: see include/elements.cuh.
// Aliasing  dx may be dy.
// Numerics  f32 arithmetic, f64 for f64; each element is rounded once.
#include "include/elements.cuh"
#include "include/entries.cuh"

namespace logitops {

template <class T>
struct SigmoidBackward {
  Elements elements;
  Matrix<T> dx;
  Matrix<const T> y;
  Matrix<const T> dy;
  GradScale<Arithmetic<T>> grad_scale;  // per_row: a factor for each element
};

template <class T>
LOGITOPS_DEVICE void sigmoid_bwd(const SigmoidBackward<T>& a) {
  using A = Arithmetic<T>;
  const RowFactor<A> factor(a.grad_scale.value);
  each_element<kNeighbours<T>>(a.elements, [&](auto count, int64_t row, int64_t column) {
    constexpr int kCount = decltype(count)::value;
    A y[kCount], v[kCount];
    load_elements<kCount>(a.y.at(row, column), y);
    load_elements<kCount>(a.dy.at(row, column), v);
#pragma unroll
    for (int k = 0; k < kCount; k++) {
      v[k] *= y[k] * (1 - y[k]);
    }
    scale_elements<kCount>(a.grad_scale, factor, row * a.elements.length + column, v);
    store_elements<kCount>(a.dx.at(row, column), v);
  });
}

}  // namespace logitops

LOGITOPS_DTYPE_ENTRIES(sigmoid_bwd, SigmoidBackward, logitops::kElementThreads)
