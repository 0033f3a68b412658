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
    return columns.first < mask.limit;
  }

  template <class Columns, class A>
  LOGITOPS_DEVICE void load(Columns columns, A, A (&into)[kFragment<A>]) const {
    mask.load(row, columns, into);
  }
};

/** The same, of which the first fragments wait in shared memory: each thread's where it alone looks, whatever columns these are. */
template <class T, class RowMask>
struct KeptSeenRow {
  using A = Arithmetic<std::remove_const_t<T>>;

  SeenRow<DenseRow<T>, RowMask> memory;
  KeptVectors<T> kept;
  int fragments;

  /** Threads look at nothing that others copied. */
  LOGITOPS_DEVICE static bool is_shared() { return false; }

  template <int kVector>
  LOGITOPS_DEVICE bool sees(GroupColumns<kVector> columns) const {
    return memory.sees(columns);
  }

  /** Starts to copy a fragment. */
  template <int kVector>
  LOGITOPS_DEVICE void fetch(GroupColumns<kVector> columns) const {
    constexpr uint32_t kAll = (1u << kFragment<A>)-1;
    if (columns.wide && memory.row.aligned() && memory.mask.template seen<A>(columns) == kAll) {
      kept.fetch(memory.row, columns);
    } else {
      Fragment<A> v;
      memory.load(columns, A(-INFINITY), v);
      kept.put(columns, v);
    }
  }

  template <int kVector>
  LOGITOPS_DEVICE void load(GroupColumns<kVector> columns, A missing, Fragment<A>& into) const {
    if (columns.index < fragments) {
      kept.load(columns, missing, into);
    } else {
      memory.load(columns, missing, into);
    }
  }
};

}  // namespace logitops
