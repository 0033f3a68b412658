// sigmoid_bwd: dx = g dy y (1 - y), where y is what sigmoid_fwd wrote, element by element.
//
// Shapes, launch and aliasing as in include/activation.cuh.
// Numerics  f32 arithmetic, f64 for f64; each element is rounded once.
#include "include/activation.cuh"
#include "include/entries.cuh"

namespace logitops {

template <class T>
LOGITOPS_DEVICE void sigmoid_bwd(const ActivationBackward<T>& a) {
  using A = Arithmetic<T>;
  a.write([](A y) { return y * (1 - y); });
}

}  // namespace logitops

LOGITOPS_DTYPE_ENTRIES(sigmoid_bwd, ActivationBackward, logitops::kElementThreads)
