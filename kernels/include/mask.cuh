// mask: which columns of a row count. A mask is smaller than the logits: it is repeated over heads, over queries, over
// batches. Row r, seen as (o, m, i) = (r / (middle * inner), r / inner mod middle, r mod inner), reads it from
//
//   o * outer_stride + m * middle_stride + i * inner_stride
//
// where the strides are 0 along what it is repeated over; neighbouring columns lie axis apart, or are one if that is 0.
#pragma once

#include "entries.cuh"

namespace logitops {

/** The mask of one row: numbers that are added, of which -inf hides. */
template <class E>
struct RowMask {
  const E* elements;
  int64_t axis;
  uint32_t limit;  // columns from here on are hidden

  /** Reads a fragment of logits and adds the mask; -inf stands for what is hidden, which is not read, and for columns past
   * the end. */
  template <class X, class Columns, class A>
  LOGITOPS_DEVICE void load(const X& x_row, Columns columns, A (&z)[kFragment<A>]) const {
#pragma unroll
    for (int k = 0; k < kFragment<A>; k++) {
      z[k] = columns.holds(k) && columns[k] < limit ? widen(elements[columns[k] * axis]) : A(-INFINITY);
    }
    uint32_t seen = 0;
#pragma unroll
    for (int k = 0; k < kFragment<A>; k++) {
      seen |= z[k] == -INFINITY ? 0 : 1u << k;
    }
    Fragment<A> x;
    x_row.load_some(columns, seen, x);
#pragma unroll
    for (int k = 0; k < kFragment<A>; k++) {
      z[k] = masked(x[k], z[k]);
    }
  }

 private:
  /** x + mask. The mask alone hides: a sum of two finite numbers stays finite. */
  template <class A>
  LOGITOPS_DEVICE static A masked(A x, A mask) {
    const A sum = x + mask;
    return isinf(sum) && is_finite(x) && is_finite(mask) ? copysign(largest<A>(), sum) : sum;
  }
};

/** The same of a mask that only hides: bytes, of which 0 does. */
template <>
struct RowMask<uint8_t> {
  const uint8_t* elements;  // null: all columns are seen before the limit
  int64_t axis;
  uint32_t limit;

  /** Which columns are seen, counted from one on. */
  struct From {
    const RowMask& mask;
    uint32_t first;

    LOGITOPS_DEVICE bool operator()(uint32_t column) const {
      return first + column < mask.limit &&
             (mask.elements == nullptr || mask.elements[(first + column) * mask.axis] != 0);
    }

    LOGITOPS_DEVICE bool all_of(uint32_t from, uint32_t count) const {
      if (mask.elements == nullptr) {
        return first + from + count <= mask.limit;
      }
      bool all = true;
      for (uint32_t k = 0; k < count; k++) {
        all &= (*this)(from + k);
      }
      return all;
    }
  };

  LOGITOPS_DEVICE From from(uint32_t column) const { return {*this, column}; }

  /** Reads a fragment of logits; -inf stands for what is hidden, which is not read, and for columns past the end. */
  template <class X, class Columns, class A>
  LOGITOPS_DEVICE void load(const X& x_row, Columns columns, A (&z)[kFragment<A>]) const {
    if (elements == nullptr && columns[kFragment<A> - 1] < limit) {
      x_row.load(columns, A(-INFINITY), z);
      return;
    }
    const uint32_t wanted = seen<A>(columns);
    x_row.load_some(columns, wanted, z);
#pragma unroll
    for (int k = 0; k < kFragment<A>; k++) {
      z[k] = (wanted >> k & 1) != 0 ? z[k] : A(-INFINITY);
    }
  }

  /** Which columns of a fragment are seen: a bit for each, lowest first. */
  template <class A, class Columns>
  LOGITOPS_DEVICE uint32_t seen(Columns columns) const {
    uint8_t keeps[kFragment<A>];  // all under way before the first is looked at
#pragma unroll
    for (int k = 0; k < kFragment<A>; k++) {
      const bool within = columns.holds(k) && columns[k] < limit;
      keeps[k] = !within ? 0 : elements == nullptr ? 1 : elements[columns[k] * axis];
    }
    uint32_t bits = 0;
#pragma unroll
    for (int k = 0; k < kFragment<A>; k++) {
      bits |= keeps[k] != 0 ? 1u << k : 0;
    }
    return bits;
  }

  /** The same of a vector of kVector columns, if it begins before the limit. */
  template <int kVector>
  LOGITOPS_DEVICE uint32_t seen_of_vector(uint32_t column) const {
    const uint32_t before_limit = limit - column < kVector ? (1u << (limit - column)) - 1 : (1u << kVector) - 1;
    if (elements == nullptr) {
      return before_limit;
    }
    if (is_words<kVector>()) {
      return before_limit & kept_bits(word<kVector>(column));
    }
    uint32_t bits = 0;
#pragma unroll 1  // for code that is short
    for (int k = 0; k < kVector; k++) {
      bits |= elements[(column + k) * axis] != 0 ? 1u << k : 0;
    }
    return before_limit & bits;
  }

  /** The same of a thread's vectors, kCount or fewer, of a row that is whole vectors. */
  template <int kCount, int kVector>
  LOGITOPS_DEVICE SeenVectors seen_vectors(GroupColumns<kVector> columns) const {
    GroupColumns<kVector> before = columns;
    before.cols = min(columns.cols, limit);
    const uint32_t some = (1u << before.vectors()) - 1;
    before.cols -= before.cols % kVector;
    const SeenVectors seen{(1u << before.vectors()) - 1, some};
    if (elements == nullptr) {
      return seen;
    }
    return is_words<kVector>() ? kept_words<kCount>(columns, seen) : kept_bytes<kCount>(columns, seen);
  }

 private:
  /** Of bytes, what there is of them for a vector. */
  template <int kVector>
  using Word = std::conditional_t<kVector == 8, uint2, uint32_t>;

  /** Whether it can be read so. */
  template <int kVector>
  LOGITOPS_DEVICE bool is_words() const {
    return axis == 1 && reinterpret_cast<uintptr_t>(elements) % kVector == 0;
  }

  template <int kVector>
  LOGITOPS_DEVICE Word<kVector> word(uint32_t column) const {
    return *reinterpret_cast<const Word<kVector>*>(elements + column);
  }

  /** What words leave of vectors of which some is seen before the limit; they are all under way at once. */
  template <int kCount, int kVector>
  LOGITOPS_DEVICE SeenVectors kept_words(GroupColumns<kVector> columns, SeenVectors seen) const {
    Word<kVector> words[kCount];
#pragma unroll
    for (int v = 0; v < kCount; v++) {
      words[v] = {};
      if ((seen.some >> v & 1) != 0) {
        words[v] = word<kVector>(columns[v * kVector]);
      }
    }
#pragma unroll
    for (int v = 0; v < kCount; v++) {
      seen.whole &= hides_any(words[v]) ? ~(1u << v) : UINT32_MAX;
      seen.some &= hides_all(words[v]) ? ~(1u << v) : UINT32_MAX;
    }
    return seen;
  }

  /** The same of bytes that lie in any way. */
  template <int kCount, int kVector>
  LOGITOPS_DEVICE SeenVectors kept_bytes(GroupColumns<kVector> columns, SeenVectors seen) const {
    SeenVectors kept{0, 0};
#pragma unroll 1  // for code that is short
    for (int v = 0; (seen.some >> v & 1) != 0; v++) {
      const uint32_t bits = seen_of_vector<kVector>(columns.first);
      kept.whole |= bits == (1u << kVector) - 1 ? 1u << v : 0;
      kept.some |= bits != 0 ? 1u << v : 0;
      columns.first += columns.next_vector;
    }
    return kept;
  }

  LOGITOPS_DEVICE static bool hides_any(uint32_t bytes) { return ((bytes - 0x01010101) & ~bytes & 0x80808080) != 0; }
  LOGITOPS_DEVICE static bool hides_any(uint2 bytes) { return hides_any(bytes.x) || hides_any(bytes.y); }
  LOGITOPS_DEVICE static bool hides_all(uint32_t bytes) { return bytes == 0; }
  LOGITOPS_DEVICE static bool hides_all(uint2 bytes) { return (bytes.x | bytes.y) == 0; }

  /** A bit for each byte that is not 0, lowest first. */
  LOGITOPS_DEVICE static uint32_t kept_bits(uint32_t bytes) {
    const uint32_t highest = (((bytes & 0x7f7f7f7f) + 0x7f7f7f7f) | bytes) & 0x80808080;
    return (highest >> 7) * 0x10204080 >> 28;  // which brings the four together at the top
  }
  LOGITOPS_DEVICE static uint32_t kept_bits(uint2 bytes) { return kept_bits(bytes.x) | kept_bits(bytes.y) << 4; }
};

/** The mask of a call. */
template <class E>
struct Mask {
  const E* data;  // null: none
  int64_t middle;
  int64_t inner;
  int64_t outer_stride;
  int64_t middle_stride;
  int64_t inner_stride;
  int64_t axis;
  int64_t queries;  // 0: not causal

  LOGITOPS_DEVICE RowMask<E> of(int64_t row, uint32_t cols) const {
    RowMask<E> mask{nullptr, axis, cols};
    if (data != nullptr) {
      const int64_t above = quotient(row, inner);
      const int64_t o = quotient(above, middle);
      mask.elements =
          data + (o * outer_stride + (above - o * middle) * middle_stride + (row - above * inner) * inner_stride);
    }
    if (queries != 0) {
      const int64_t query = row - quotient(row, queries) * queries;
      const int64_t seen = query + cols - queries + 1;
      mask.limit = seen <= 0 ? 0 : seen < cols ? static_cast<uint32_t>(seen) : cols;
    }
    return mask;
  }
};

}  // namespace logitops
