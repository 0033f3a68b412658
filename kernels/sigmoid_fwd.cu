// sigmoid_fwd: y = 1 / (1 + e^-x), element by element.
//
// Shapes, launch and aliasing as in include/activation.cuh.
// Numerics  f32 arithmetic, f64 for f64; each element is rounded once. f32 powers of e below 2^-126 are 0.
#include "include/activation.cuh"
#include "include/entries.cuh"
#include "include/sigmoid.cuh"

namespace logitops {

template <class T>
LOGITOPS_DEVICE void sigmoid_fwd(const ActivationForward<T>& a) {
  using A = Arithmetic<T>;
  a.write([](A x) { return Sigmoid<A>(x).of(); });
}

}  // namespace logitops

LOGITOPS_DTYPE_ENTRIES(sigmoid_fwd, ActivationForward, logitops::kElementThreads)
