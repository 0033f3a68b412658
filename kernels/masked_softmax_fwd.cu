// masked_softmax_fwd: y_j = exp(z_j - lse), lse = log sum_j exp(z_j), row by row, where z_j is
//   -inf           if the mask hides column j: keep[j] = 0, additive[j] = -inf, or j > query + cols - queries
//   x_j            if it does not
//   x_j + additive_j with an additive mask; if both are finite and their sum is not, the finite number that is next.
// A row of nothing but -inf gives zeros. masked_softmax_fwd_plain is for masks that only hide, so that rows wait as they are.
//
// Shapes    x, y: [rows, cols]; row o * inner + i starts at o * outer + i, neighbours lie axis apart. 64-bit but cols.
//           mask: elements like x, to be added; of plain, null, or bytes, 0 to hide. Row r reads it where
//           include/mask.cuh says. queries: 0; or for a causal mask the number of rows, query = row mod queries, that
//           see one another.
// Tiers     rows  a group of threads per row, x and mask read once (beyond shared memory twice); inner = 1, axis = 1.
//           cols  one thread per row, x and mask read twice; any inner and strides.
//           held  as rows, in registers: include/tier_held.cuh; plain alone.
// Launch    rows, held: see their files. cols: block 128, any grid.
// Aliasing  y may be x. Elements between and after rows are neither read nor written. Hidden elements of x are not
//           read.
// Numerics  f32 arithmetic for every storage type but f64; x_j + additive_j is rounded in it, and y on the way out. A
//           row that holds NaN or +inf where it is not hidden is NaN throughout.
#include "include/mask.cuh"

namespace logitops {

template <class T, class E>
struct MaskedSoftmax {
  Shape shape;
  Tensor<T> y;
  Tensor<const T> x;
  Mask<E> mask;
};

template <class T>
using MaskedSoftmaxForward = MaskedSoftmax<T, T>;

template <class T>
using PlainMaskedSoftmaxForward = MaskedSoftmax<T, uint8_t>;

template <class Tier, class T>
LOGITOPS_DEVICE void masked_softmax_fwd(const MaskedSoftmaxForward<T>& a) {
  using A = Arithmetic<T>;
  Tier tier(a.shape);
  tier.each_row(a.shape, [&](int64_t row) {
    const auto x_row = tier.row(a.x, row);
    const auto y_row = tier.row(a.y, row);
    const auto row_mask = a.mask.of(row, a.shape.cols);
    const auto masked = tier.keep_values();
    tier.await_kept();
    ExpSum<A> exp_sum;
    tier.each_fragment([&](auto columns) {
      Fragment<A> z;
      row_mask.load(x_row, columns, z);
      if (masked.has(columns)) {
        masked.put(columns, z);
      }
      exp_sum.add(columns, z);
    });
    exp_sum.gather(tier);

    const RowStatistic<A> statistic = exp_sum.statistic();
    const bool hidden = statistic.sum == 0;
    const RowSoftmax<A> softmax(statistic);
    tier.each_fragment([&](auto columns) {
      Fragment<A> z;
      if (masked.has(columns)) {
        masked.get(columns, z);
      } else {
        row_mask.load(x_row, columns, z);
      }
#pragma unroll
      for (int k = 0; k < kFragment<A>; k++) {
        z[k] = hidden ? A(0) : softmax.p(z[k]);
      }
      y_row.store(columns, z);
    });
  });
}

template <class Tier, class T>
LOGITOPS_DEVICE void masked_softmax_fwd_plain(const PlainMaskedSoftmaxForward<T>& a) {
  using A = Arithmetic<T>;
  Tier tier(a.shape);
  tier.each_row(a.shape, [&](int64_t row) {
    auto x_row = tier.keep_seen(a.x, row, a.mask.of(row, a.shape.cols));
    const auto y_row = tier.output(a.y, row);
    tier.await_kept(x_row);
    ExpSum<A> exp_sum;
    exp_sum.add_row(tier, x_row);

    RowStatistic<A> statistic = exp_sum.statistic();
    if (statistic.sum == 0) {
      statistic.sum = 1;  // so that -inf has its part of it, 0
    }
    tier.look_again(x_row);
    const RowSoftmax<A> softmax(statistic);
    const A of_hidden = softmax.p(A(-INFINITY));  // 0, or NaN as the row
    tier.each_fragment_of_output([&](auto columns) {
      Fragment<A> v;
      if (!x_row.sees(columns)) {
#pragma unroll
        for (int k = 0; k < kFragment<A>; k++) {
          v[k] = of_hidden;
        }
        y_row.store(columns, v);
        return;
      }
      x_row.load(columns, A(-INFINITY), v);
#pragma unroll
      for (int k = 0; k < kFragment<A>; k++) {
        v[k] = softmax.p(v[k]);
      }
      y_row.store(columns, v);
    });
    tier.release_kept(x_row);
  });
}

}  // namespace logitops

LOGITOPS_ENTRIES(masked_softmax_fwd, MaskedSoftmaxForward, Occupied)
LOGITOPS_ENTRIES(masked_softmax_fwd_plain, PlainMaskedSoftmaxForward, Occupied)
LOGITOPS_HELD_ENTRIES(masked_softmax_fwd_plain, PlainMaskedSoftmaxForward, Occupied)
LOGITOPS_CLUSTER_HELD_ENTRIES(masked_softmax_fwd_plain, PlainMaskedSoftmaxForward, Occupied)
LOGITOPS_HELD_COLS_ENTRIES(masked_softmax_fwd_plain, PlainMaskedSoftmaxForward, Occupied)
