// seen_row: rows of which a mask hides columns: -inf is read there, and memory is not. A mask, include/mask.cuh, says which.
#pragma once

#include "kept_row.cuh"

namespace logitops {

/** A row in memory. */
template <class Row, class RowMask>
struct SeenRow {
  Row row;
  RowMask mask;

  /** Whether anything may be seen of a fragment. */
  template <class Columns>
  LOGITOPS_DEVICE bool sees(Columns columns) const {
    return columns.begins_before(mask.limit);
  }

  template <class Columns, class A>
  LOGITOPS_DEVICE void load(Columns columns, A, A (&into)[kFragment<A>]) const {
    mask.load(row, columns, into);
  }

  /** Reads the vector that begins with column k of a fragment, as it is. */
  template <int kVector, class A>
  LOGITOPS_DEVICE auto vector(GroupColumns<kVector> columns, int k, A missing) const {
    const auto seen = mask.from(columns[k]);
    if (columns.holds_vector(k) && seen.all_of(0, kVector)) {
      return row.vector(columns, k, missing);
    }
    return gather_vector(row.at(columns[k]), missing, [&](int i) { return columns.holds(k + i) && seen(i); });
  }
};

/** The same, of which the first fragments wait in shared memory, one way or the other, as in kept_row.cuh. */
template <class T, class RowMask>
struct KeptSeenRow {
  using Element = std::remove_const_t<T>;
  using A = Arithmetic<Element>;

  SeenRow<DenseRow<T>, RowMask> memory;
  KeptVectors<T> own;
  KeptLine<T> line;
  int fragments;
  bool by_vectors;

  /** Whether threads look at what others copied. */
  LOGITOPS_DEVICE bool is_shared() const { return !by_vectors && fragments > 0; }

  template <int kVector>
  LOGITOPS_DEVICE bool sees(GroupColumns<kVector> columns) const {
    return memory.sees(columns);
  }

  /** Starts to copy a fragment of a row that goes by vectors. */
  template <int kVector>
  LOGITOPS_DEVICE void fetch(GroupColumns<kVector> columns) const {
    constexpr uint32_t kAll = (1u << kFragment<A>)-1;
    if (memory.mask.template seen<A>(columns) == kAll) {
      own.fetch(memory.row, columns);
    } else {
      Fragment<A> v;
      memory.load(columns, A(-INFINITY), v);
      own.put(columns, v);
    }
  }

  template <int kVector>
  LOGITOPS_DEVICE auto vector(GroupColumns<kVector> columns, int k, A missing) const {
    if (columns.index >= fragments) {
      return memory.vector(columns, k, missing);
    }
    if (by_vectors) {
      return own.vector(columns, k, missing);
    }
    return columns.touches_vector(k) ? line.vector(columns[k]) : vector_of<Element>(missing);
  }

  template <int kVector>
  LOGITOPS_DEVICE void load(GroupColumns<kVector> columns, A missing, Fragment<A>& into) const {
#pragma unroll
    for (int k = 0; k < kFragment<A>; k += kVector) {
      unpack<Element>(vector(columns, k, missing), into + k);
    }
  }
};

}  // namespace logitops
