// round_sums: sums that were added up in f32, rounded once to where they belong, or added to what is there before that:
//   to = round(sums)   or   to = round(to + sums)
//
// Shapes    both [rows, length], rows `stride` elements apart.
// Launch    blocks of 256, any grid.
// Numerics  one addition in f32; nearest, ties to even.
#include "include/elements.cuh"
#include "include/entries.cuh"

namespace logitops {

template <class T>
struct RoundSums {
  Elements elements;
  Matrix<const Arithmetic<T>> sums;
  Matrix<T> to;
  int64_t adds;  // 1: to what is there
};

template <class T>
LOGITOPS_DEVICE void round_sums(const RoundSums<T>& a) {
  each_element<kNeighbours<T>>(a.elements, [&](auto count, int64_t row, int64_t column) {
    constexpr int kCount = decltype(count)::value;
    Arithmetic<T> sums[kCount], before[kCount];
    T* to = a.to.at(row, column);
    load_elements<kCount>(a.sums.at(row, column), sums);
    if (a.adds != 0) {
      load_elements<kCount>(to, before);
#pragma unroll
      for (int k = 0; k < kCount; k++) {
        sums[k] += before[k];
      }
    }
    store_elements<kCount>(to, sums);
  });
}

}  // namespace logitops

LOGITOPS_NARROW_ENTRIES(round_sums, RoundSums, logitops::kElementThreads)
