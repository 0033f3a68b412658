// softmax: what softmax and log-softmax have in common, each way. The formulas are in the .cu files.
#pragma once

#include "entries.cuh"

namespace logitops {

template <class T>
struct SoftmaxForward {
  Shape shape;
  Tensor<T> y;
  Tensor<const T> x;
};

template <class T>
struct SoftmaxBackward {
  Shape shape;
  Tensor<T> dx;
  Tensor<const T> y;
  Tensor<const T> dy;
  GradScale<Arithmetic<T>> scale;
};

/** y = Output::of(softmax of the row, x), row by row. */
template <class Tier, class Output, class T>
LOGITOPS_DEVICE void softmax_forward(const SoftmaxForward<T>& a) {
  using A = Arithmetic<T>;
  Tier tier(a.shape);
  tier.each_row(a.shape, [&](int64_t row) {
    auto x_row = tier.keep(a.x, row, A(-INFINITY));
    const auto y_row = tier.output(a.y, row);
    tier.await_kept(x_row);
    ExpSum<A> exp_sum;
    exp_sum.add_row(tier, x_row);
    tier.look_again(x_row);

    const RowSoftmax<A> softmax(exp_sum.statistic());
    write_each(tier, y_row, x_row, A(-INFINITY), [&](auto, Fragment<A>& v) {
#pragma unroll
      for (int k = 0; k < kFragment<A>; k++) {
        v[k] = Output::of(softmax, v[k]);
      }
    });
    tier.release_kept(x_row);
    tier.write_back(y_row);
  });
}

/** dx = factor * Gradient::of(y, dy, sum of Gradient::term(y, dy)), row by row. */
template <class Tier, template <class> class Gradient, class T>
LOGITOPS_DEVICE void softmax_backward(const SoftmaxBackward<T>& a) {
  using A = Arithmetic<T>;
  Tier tier(a.shape);
  tier.each_row(a.shape, [&](int64_t row) {
    auto dy_row = tier.keep(a.dy, row, A(0));
    auto y_row = Gradient<A>::y_row(tier, a.y, row);
    const auto dx_row = tier.output(a.dx, row);
    tier.await_kept(dy_row, y_row);
    Compensated<A> sum;
    tier.each_fragment([&](auto columns) {
      Fragment<A> y_v, dy_v;
      y_row.load(columns, A(0), y_v);
      dy_row.load(columns, A(0), dy_v);
#pragma unroll
      for (int k = 0; k < kFragment<A>; k++) {
        y_v[k] = Gradient<A>::term(y_v[k], dy_v[k]);
      }
      sum.add(fragment_sum<A>(y_v));
    });
    const A total = tier.sum(sum);
    tier.look_again(dy_row);
    tier.look_again(y_row);

    const RowFactor<A> factor(a.scale.of(row));
    tier.each_fragment_of_output([&](auto columns) {
      Fragment<A> y_v, dy_v;
      y_row.load(columns, A(0), y_v);
      dy_row.load(columns, A(0), dy_v);
#pragma unroll
      for (int k = 0; k < kFragment<A>; k++) {
        y_v[k] = Gradient<A>::of(y_v[k], dy_v[k], total);
      }
      factor.multiply(y_v);
      dx_row.store(columns, y_v);
    });
    tier.release_kept(dy_row, y_row);
    tier.write_back(dx_row);
  });
}

}  // namespace logitops
