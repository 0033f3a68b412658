// log_sigmoid_fwd: y = log(1 / (1 + e^-x)) = min(x, 0) - log(1 + e^-|x|), element by element.
//
// Shapes    x, y: [rows, length], rows `stride` elements apart.
// Launch    blocks of 256, any grid: see include/elements.cuh.
// Aliasing  y may be x.
// Numerics  f32 arithmetic, f64 for f64; each element is rounded once. f32 powers of e below 2^-126 are 0.
#include "include/elements.cuh"
#include "include/entries.cuh"
#include "include/sigmoid.cuh"

namespace logitops {

template <class T>
struct LogSigmoidForward {
  Elements elements;
  Matrix<T> y;
  Matrix<const T> x;
};

template <class T>
LOGITOPS_DEVICE void log_sigmoid_fwd(const LogSigmoidForward<T>& a) {
  each_element<kNeighbours<T>>(a.elements, [&](auto count, int64_t row, int64_t column) {
    constexpr int kCount = decltype(count)::value;
    Arithmetic<T> v[kCount];
    load_elements<kCount>(a.x.at(row, column), v);
#pragma unroll
    for (int k = 0; k < kCount; k++) {
      const Sigmoid<Arithmetic<T>> sigmoid(v[k]);
      v[k] = -sigmoid.softplus_of_minus(sigmoid.rest());
    }
    store_elements<kCount>(a.y.at(row, column), v);
  });
}

}  // namespace logitops

LOGITOPS_DTYPE_ENTRIES(log_sigmoid_fwd, LogSigmoidForward, logitops::kElementThreads)
