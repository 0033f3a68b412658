// held_vectors: elements as they lie in memory, in the registers of a thread. 16 bits stay 16 bits; they are widened
// where they are looked at.
#pragma once

#include "dense_row.cuh"

namespace logitops {

/** What is seen of some vectors: bit v is for the v-th. */
struct SeenVectors {
  uint32_t whole;
  uint32_t some;  // of these at least an element
};

/** Vectors of a thread: kCount fragments of a row that is whole vectors. kAll: they are all looked at, whether they are
 * within the row or not. */
template <class T, int kCount, bool kAll = false>
struct HeldVectors {
  using A = Arithmetic<T>;
  static constexpr int kFragments = kCount;
  static constexpr int kVector = kVectorBytes / sizeof(T);
  static constexpr int kOfFragment = kFragment<A> / kVector;
  static constexpr int kVectors = kCount * kOfFragment;

  GroupColumns<kVector> columns;  // of the first fragment
  int held;                       // vectors that are within the row, as far as they are wanted
  Vector<T> vectors[kVectors];

  /** Reads the columns from `first` on; `missing` stands for those past the end. */
  template <class Row>
  LOGITOPS_DEVICE void fetch(const Row& row, GroupColumns<kVector> first, A missing) {
    columns = first;
    held = first.vectors();
    const T* const from = row.at(first.first);
    if (!row.aligned()) {
      fetch_elements(from, missing);
    } else if (held >= kVectors) {
#pragma unroll
      for (int v = 0; v < kVectors; v++) {
        vectors[v] = *at(from, v);
      }
    } else {
#pragma unroll
      for (int v = 0; v < kVectors; v++) {
        vectors[v] = vector_of<T>(missing);
        if (v < held) {
          vectors[v] = *at(from, v);
        }
      }
    }
  }

  /** Takes the columns of a fragment of a row, whichever way it waits. */
  template <class Row>
  LOGITOPS_DEVICE void take(const Row& row, GroupColumns<kVector> of_row, A missing) {
    columns = of_row;
    held = kVectors;
#pragma unroll
    for (int v = 0; v < kVectors; v++) {
      vectors[v] = row.vector(columns, v * kVector, missing);
    }
  }

  /** The same of what a mask leaves, with -inf for the rest; from the last vector on of which anything is seen no more is held. */
  template <class Row, class RowMask>
  LOGITOPS_DEVICE void fetch_seen(const Row& row, GroupColumns<kVector> first, const RowMask& mask) {
    columns = first;
    const SeenVectors seen = mask.template seen_vectors<kVectors>(first);
    held = 32 - __clz(seen.some);
    const uint32_t whole = row.aligned() ? seen.whole : 0;
    const T* const from = row.at(first.first);
    if (whole == (1u << kVectors) - 1) {
#pragma unroll
      for (int v = 0; v < kVectors; v++) {
        vectors[v] = *at(from, v);
      }
      return;
    }
#pragma unroll
    for (int v = 0; v < kVectors; v++) {
      vectors[v] = vector_of<T>(-INFINITY);
      if ((whole >> v & 1) != 0) {
        vectors[v] = *at(from, v);
      }
    }
    const uint32_t rest = seen.some & ~whole;
    if (rest != 0) {
#pragma unroll
      for (int v = 0; v < kVectors; v++) {
        if ((rest >> v & 1) != 0) {
          fetch_some(vectors[v], row.at(first[v * kVector]), mask.template seen_of_vector<kVector>(first[v * kVector]));
        }
      }
    }
  }

  /** Whether a fragment is looked at. */
  LOGITOPS_DEVICE bool has(int index) const { return kAll || index == 0 || index * kOfFragment < held; }

  /** One of the fragments. */
  LOGITOPS_DEVICE void fragment(int index, Fragment<A>& into) const {
#pragma unroll
    for (int v = 0; v < kOfFragment; v++) {
      unpack<T>(vectors[index * kOfFragment + v], into + v * kVector);
    }
  }

  /** The largest of all; NaN only if all are. */
  LOGITOPS_DEVICE A largest() const {
    if constexpr (sizeof(T) == 2 && !kPairwise) {
      Fragment<A> v;
      fragment(0, v);
      A max = fragment_max<A>(v);
#pragma unroll
      for (int i = 1; i < kCount; i++) {
        fragment(i, v);
        max = larger(max, fragment_max<A>(v));
      }
      return max;
    } else {
      Vector<T> max = vectors[0];
#pragma unroll
      for (int v = 1; v < kVectors; v++) {
        max = larger_of_each<T>(max, vectors[v]);
      }
      return largest_of<T>(max);
    }
  }

 private:
  LOGITOPS_DEVICE static const Vector<T>* at(const T* from, int v) {
    return reinterpret_cast<const Vector<T>*>(from) + v * blockDim.x;
  }

  /** The elements of a vector whose bits are set, lowest first, all under way at once. */
  LOGITOPS_DEVICE static void fetch_some(Vector<T>& vector, const T* from, uint32_t wanted) {
    T elements[kVector];
    memcpy(elements, &vector, kVectorBytes);
#pragma unroll
    for (int k = 0; k < kVector; k++) {
      if ((wanted >> k & 1) != 0) {
        elements[k] = from[k];
      }
    }
    memcpy(&vector, elements, kVectorBytes);
  }

  /** The same as fetch where vectors begin at any address. */
  LOGITOPS_DEVICE void fetch_elements(const T* from, A missing) {
#pragma unroll
    for (int v = 0; v < kVectors; v++) {
      vectors[v] = vector_of<T>(missing);
      if (v < held) {
        const T* const elements = reinterpret_cast<const T*>(at(from, v));
#pragma unroll 1  // for code that is short and takes few registers
        for (int k = kVector - 1; k >= 0; k--) {
          shift_in(vectors[v], elements[k]);
        }
      }
    }
  }
};

}  // namespace logitops
