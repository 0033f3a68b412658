// sigmoid_cross_entropy_fused: losses of logits by targets in [0, 1], as include/binary_targets.cuh says, their sum or mean and
// their gradient: whatever is asked for, in one pass.
//
//   losses      = those of the elements
//   dx          = g gradient, for a MEAN over the number of elements that count
//   loss        = sum of losses, for a MEAN over that number
//   stats[0], divisors[0] = that number, unless it is known before: from an earlier launch, without x
//
// An element whose target is the ignored value does not count: loss and gradient are 0, whatever its logit is.
//
// Shapes    x, targets, weights, dx, losses: [rows, length], rows `stride` elements apart; positive: [classes]; factors of g: an
//           element each, without padding. All but targets may be null: not asked for. Without x targets are only counted.
// Launch    blocks of 256, as many as `blocks` has room for: how many depends on the number of elements alone. The block that is
//           done last adds up what they leave: see include/grid_sum.cuh.
// Aliasing  dx may be x.
// Numerics  f32 arithmetic, f64 for f64; what is written is rounded once. Sums are in f64, and of f64 compensated; their order
//           depends on the number of elements alone.
#include "include/binary_targets.cuh"
#include "include/entries.cuh"
#include "include/grid_sum.cuh"

namespace logitops {

/** What some elements come to. */
template <class A>
struct ElementsSum {
  GridSum<A> losses;
  long long counted = 0;

  template <class Other>
  LOGITOPS_DEVICE void merge(Other other) {
    losses.merge(other(&ElementsSum::losses));
    counted += other(&ElementsSum::counted);
  }
};

/** What is added up, and where it goes. */
template <class A>
struct ElementSums {
  using Sum = ElementsSum<A>;

  A* loss;           // null for NONE
  double* divisors;  // these two null: known before
  int64_t* stats;
  Sum* blocks;  // null: nothing is added up
  uint32_t* counter;
  double empty;  // what a MEAN is of nothing
  int64_t mean;  // 0: a SUM

  /** All threads of a block, each with what its elements come to. */
  LOGITOPS_DEVICE void add(Sum sum) const {
    reduce(sum);
    if (threadIdx.x == 0) {
      blocks[blockIdx.x] = sum;
    }
    if (!completes<A>(counter, gridDim.x)) {
      return;
    }
    sum = Sum();
    for (uint32_t block = threadIdx.x; block < gridDim.x; block += blockDim.x) {
      sum.merge([&](auto field) { return blocks[block].*field; });
    }
    reduce(sum);
    if (threadIdx.x == 0) {
      write(sum);
    }
  }

 private:
  static constexpr uint32_t kWarp = 32;
  static constexpr uint32_t kWarps = kElementThreads / kWarp;

  /** The sum of all threads of the block, for its first one. */
  LOGITOPS_DEVICE void reduce(Sum& sum) const {
    __shared__ alignas(Sum) char of_warp[kWarps][sizeof(Sum)];
#pragma unroll 1  // first each warp, then the first warp the others' sums
    for (uint32_t lanes = kWarp; lanes != 0; lanes = lanes == kWarp && threadIdx.x < kWarp ? kWarps : 0) {
#pragma unroll 1
      for (uint32_t mask = lanes / 2; mask > 0; mask /= 2) {
        sum.merge([&](auto field) { return shuffle_xor(sum.*field, mask); });
      }
      if (lanes == kWarp) {
        if (threadIdx.x % kWarp == 0) {
          *reinterpret_cast<Sum*>(of_warp[threadIdx.x / kWarp]) = sum;
        }
        __syncthreads();
        sum = *reinterpret_cast<const Sum*>(of_warp[threadIdx.x % kWarps]);
      }
    }
  }

  LOGITOPS_DEVICE void write(const Sum& sum) const {
    const double counted = static_cast<double>(sum.counted);
    if (stats != nullptr) {
      stats[0] = sum.counted;
      divisors[0] = counted;
    }
    if (loss != nullptr) {
      const double losses = sum.losses.value();
      *loss = static_cast<A>(mean == 0 ? losses : sum.counted == 0 ? empty : losses / counted);
    }
  }
};

template <class T>
struct SigmoidCrossEntropyFused {
  using A = Arithmetic<T>;

  Elements elements;
  Matrix<const T> x;
  Matrix<T> dx;
  Matrix<A> losses;
  BinaryTargets<T> targets;
  GradScale<A> grad_scale;
  const double* divisors;  // how many elements count, by which gradients are divided; null: it is this number
  double divisor;
  ElementSums<A> sums;

  LOGITOPS_DEVICE bool wants_losses() const { return losses.data != nullptr || sums.loss != nullptr; }

  /** What all gradients are multiplied by, but for factors of their own. Where nothing counts, there are none. */
  LOGITOPS_DEVICE RowFactor<A> factor() const {
    const double by = divisors == nullptr ? divisor : fmax(*divisors, 1.0);
    return RowFactor<A>(GradScale<A>{nullptr, grad_scale.value}.of(0, &by));
  }

  /** The gradient of an element, from that of its loss. */
  LOGITOPS_DEVICE A scaled(A gradient, const RowFactor<A>& factor, int64_t index) const {
    return grad_scale.per_row == nullptr ? factor.times(gradient)
                                         : RowFactor<A>(grad_scale.of(index)).times(gradient);
  }

  /** Losses in the place of targets, gradients in that of logits. */
  template <int kCount>
  LOGITOPS_DEVICE void evaluate(const Run<kCount>& run, const RowFactor<A>& factor, A* x_then_gradient,
                                A* target_then_loss) const {
    A weight[kCount], positive[kCount];
#pragma unroll
    for (int k = 0; k < kCount; k++) {
      weight[k] = 1;
      positive[k] = 1;
    }
    if (targets.weights.data != nullptr) {
      run.load(targets.weights, weight);
    }
    if (targets.positive != nullptr) {
      ClassWalk walk(targets.classes, targets.inner, run.first);
#pragma unroll
      for (int k = 0; k < kCount; k++) {
        positive[k] = targets.positive[walk.current];
        walk.step();
      }
    }
#pragma unroll
    for (int k = 0; k < kCount; k++) {
      const A target = target_then_loss[k];
      const bool counts = k < run.count && targets.counts(target);
      const Sigmoid<A> sigmoid(x_then_gradient[k]);
      const BinaryTerm<A> term{fused(targets.keep, 1 - target, targets.each),
                               positive[k] * fused(targets.keep, target, targets.each), weight[k]};
      target_then_loss[k] = counts && wants_losses() ? term.loss(sigmoid) : A(0);
      x_then_gradient[k] =
          counts && dx.data != nullptr ? scaled(term.gradient(sigmoid), factor, run.first + k) : A(0);
    }
  }
};

template <class T>
LOGITOPS_DEVICE void sigmoid_cross_entropy_fused(const SigmoidCrossEntropyFused<T>& a) {
  using A = Arithmetic<T>;
  constexpr int kCount = kNeighbours<T>;
  ElementsSum<A> sum;
  const RowFactor<A> factor = a.factor();
  each_run<kCount>(a.elements, [&](const Run<kCount>& run) {
    A x[kCount], t[kCount];
    run.load(a.targets.targets, t);
#pragma unroll
    for (int k = 0; k < kCount; k++) {
      sum.counted += k < run.count && a.targets.counts(t[k]) ? 1 : 0;
    }
    if (a.x.data == nullptr) {
      return;
    }
    run.load(a.x, x);
    a.evaluate(run, factor, x, t);
#pragma unroll
    for (int k = 0; k < kCount; k++) {
      sum.losses.add(t[k]);
    }
    if (a.losses.data != nullptr) {
      run.store(a.losses, t);
    }
    if (a.dx.data != nullptr) {
      run.store(a.dx, x);
    }
  });
  if (a.sums.blocks != nullptr) {
    a.sums.add(sum);
  }
}

}  // namespace logitops

LOGITOPS_DTYPE_ENTRIES(sigmoid_cross_entropy_fused, SigmoidCrossEntropyFused, logitops::kElementThreads)
