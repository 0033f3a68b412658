// row_max_fwd: max = max_j x_j, row by row.
//
// Shapes    x: [rows, cols]; row o * inner + i starts at o * outer + i, neighbours lie axis apart. 64-bit but cols.
//           max: [rows].
// Tiers     rows  a group of threads per row, x read once; inner = 1, axis = 1.
//           cols  one thread per row, x read once; any inner and strides.
// Launch    rows: see include/tier_rows.cuh. cols: block 128. Any grid.
// Aliasing  none. Elements between and after rows are not read.
// Numerics  exact. A row that holds NaN or +inf, or nothing but -inf, has maximum NaN.
#include "include/entries.cuh"

namespace logitops {

template <class T>
struct RowMaxForward {
  Shape shape;
  Tensor<const T> x;
  Arithmetic<T>* max;
};

template <class Tier, class T>
LOGITOPS_DEVICE void row_max_fwd(const RowMaxForward<T>& a) {
  using A = Arithmetic<T>;
  Tier tier(a.shape);
  tier.each_row(a.shape, [&](int64_t row) {
    const auto x_row = tier.keep(a.x, row, A(-INFINITY));
    Best<A> best = Best<A>::none();
    tier.await_kept(x_row);
    tier.each_fragment([&](auto columns) {
      Fragment<A> v;
      x_row.load(columns, A(-INFINITY), v);
      best.add(columns, v);
    });
    best = tier.best(best);
    if (tier.leads()) {
      a.max[row] = is_finite(best.value) ? best.value : A(NAN);
    }
  });
}

}  // namespace logitops

LOGITOPS_ENTRIES(row_max_fwd, RowMaxForward, Occupied)
