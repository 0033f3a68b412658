// log_sigmoid_bwd: dx = g dy (1 - e^y), where y is what log_sigmoid_fwd wrote, element by element.
//
// Shapes, launch and aliasing as in include/activation.cuh.
// Numerics  f32 arithmetic, f64 for f64; each element is rounded once. 1 - e^y is no difference where y is near 0.
#include "include/activation.cuh"
#include "include/entries.cuh"

namespace logitops {

template <class T>
LOGITOPS_DEVICE void log_sigmoid_bwd(const ActivationBackward<T>& a) {
  using A = Arithmetic<T>;
  a.write([](A y) { return -exponential_minus_one(y); });
}

}  // namespace logitops

LOGITOPS_DTYPE_ENTRIES(log_sigmoid_bwd, ActivationBackward, logitops::kElementThreads)
