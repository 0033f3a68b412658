// rows: a row lies side by side in memory, and a group of threads takes it: one thread for a few columns, a warp, or a
// block of up to 512. What is read more than once waits in shared memory, as far as it fits. Start reading here.
//
// Launch    block (threads of a row, rows), threads a power of 2; beyond 32 threads a block has one row. Any grid: groups
//           step through the rows. inner = 1 and unit axis strides only. Dynamic shared memory: `kept` batches of every
//           thread of the block, times the rows that the op keeps at the same time.
// Columns   thread t has the vectors t, t + threads, ... of 16 bytes. If the row is no whole number of vectors, rows begin
//           at any address, and thread t has the columns t, t + threads, ... instead. Either way neighbours read
//           neighbours, and which thread adds up a column depends on the length of the row alone: a row gives the same
//           bits at any address, alone or in a batch.
// Hazards   A thread writes its own columns only, and only after all of its row's reductions. What else it reads of a
//           row (the label's logit) it must have in a register by the first of them, which orders that read before all
//           writes: this is what makes in place right. In shared memory a thread reads what it put there, nothing else.
#pragma once

#include "group_reduce.cuh"
#include "tensor.cuh"
#include "vector.cuh"

namespace logitops {

/** A batch of a thread's columns, in kVector at a time; those past the end of the row are not held. */
template <int kVector>
struct GroupColumns {
  uint32_t first;
  uint32_t cols;
  uint32_t next;         // from a column to the next of its vector: 1, or the number of threads
  uint32_t next_vector;  // from a vector to the next of the batch
  int index;             // of the batch in its row
  bool wide;             // whether it is vectors of side-by-side columns, none of which reaches past the end

  LOGITOPS_DEVICE uint32_t operator[](int k) const {
    return first + (k % kVector) * next + (k / kVector) * next_vector;
  }
  LOGITOPS_DEVICE bool holds(int k) const { return (*this)[k] < cols; }
};

/** A row in memory. */
template <class T>
struct DenseRow {
  T* first;

  LOGITOPS_DEVICE T* at(uint32_t column) const { return first + column; }

  LOGITOPS_DEVICE bool aligned() const { return reinterpret_cast<uintptr_t>(first) % kVectorBytes == 0; }

  /** Reads a batch; `missing` stands for columns past the end. */
  template <int kVector, class A>
  LOGITOPS_DEVICE void load(GroupColumns<kVector> columns, A missing, A (&into)[kBatch<A>]) const {
    if (columns.wide && aligned()) {
#pragma unroll
      for (int k = 0; k < kBatch<A>; k += kVector) {
        load_vectors<kVector>(at(columns[k]), columns.holds(k), missing, into + k);
      }
    } else {
#pragma unroll
      for (int k = 0; k < kBatch<A>; k++) {
        into[k] = columns.holds(k) ? widen(*at(columns[k])) : missing;
      }
    }
  }

  /** Reads the columns of a batch whose bits are set, lowest first; 0 for the others, which are held but not wanted. */
  template <int kVector, class A>
  LOGITOPS_DEVICE void load_some(GroupColumns<kVector> columns, uint32_t wanted, A (&into)[kBatch<A>]) const {
    constexpr uint32_t kAll = (1u << kVector) - 1;
    const bool by_vectors = columns.wide && aligned();
#pragma unroll
    for (int k = 0; k < kBatch<A>; k += kVector) {
      const uint32_t bits = wanted >> k & kAll;
      if (by_vectors && (bits == kAll || bits == 0)) {
        load_vectors<kVector>(at(columns[k]), bits != 0, A(0), into + k);
      } else {
#pragma unroll
        for (int i = k; i < k + kVector; i++) {
          into[i] = (wanted >> i & 1) != 0 ? widen(*at(columns[i])) : A(0);
        }
      }
    }
  }

  template <int kVector, class A>
  LOGITOPS_DEVICE void store(GroupColumns<kVector> columns, const A (&values)[kBatch<A>]) const {
    if (columns.wide && aligned()) {
#pragma unroll
      for (int k = 0; k < kBatch<A>; k += kVector) {
        if (columns.holds(k)) {
          store_vectors<kVector>(at(columns[k]), values + k);
        }
      }
    } else {
#pragma unroll
      for (int k = 0; k < kBatch<A>; k++) {
        if (columns.holds(k)) {
          logitops::store(at(columns[k]), values[k]);
        }
      }
    }
  }
};

extern __shared__ uint4 kept_vectors[];

/** A row of which each thread has its first batches in shared memory. */
template <class T>
struct KeptRow {
  using Element = std::remove_const_t<T>;

  DenseRow<T> row;
  uint4* own;  // this thread's first vector; the next lies `threads` further
  uint32_t threads;
  int batches;

  LOGITOPS_DEVICE T* at(uint32_t column) const { return row.at(column); }

  LOGITOPS_DEVICE uint4* vector(int index) const { return own + index * threads; }

  /** Starts to copy a batch from memory; past the end of the row come zeros. */
  template <int kVector>
  LOGITOPS_DEVICE void fetch(GroupColumns<kVector> columns) const {
    constexpr int kVectors = kBatch<Arithmetic<Element>> / kVector;
#pragma unroll
    for (int v = 0; v < kVectors; v++) {
      uint4* to = vector(columns.index * kVectors + v);
      const int k = v * kVector;
      if (columns.wide && row.aligned() && columns.holds(k)) {
        copy_async<kVectorBytes>(to, at(columns[k]));
      } else {
        copy_elements<kVector>(to, [&](int i) { return columns.holds(k + i) ? at(columns[k + i]) : nullptr; });
      }
    }
  }

  template <int kVector, class A>
  LOGITOPS_DEVICE void load(GroupColumns<kVector> columns, A missing, A (&into)[kBatch<A>]) const {
    if (columns.index >= batches) {
      row.load(columns, missing, into);
      return;
    }
#pragma unroll
    for (int k = 0; k < kBatch<A>; k += kVector) {
      unpack<Element>(*vector((columns.index * kBatch<A> + k) / kVector), into + k);
    }
    if (!columns.holds(kBatch<A> - 1)) {
#pragma unroll
      for (int k = 0; k < kBatch<A>; k++) {
        into[k] = columns.holds(k) ? into[k] : missing;
      }
    }
  }
};

/** Values that each thread computed of its first batches, in shared memory. */
template <class A>
struct KeptValues {
  static constexpr int kVectors = sizeof(Batch<A>) / kVectorBytes;

  uint4* own;  // this thread's first vector; the next lies `threads` further
  uint32_t threads;
  int batches;

  template <class Columns>
  LOGITOPS_DEVICE bool has(Columns columns) const {
    return columns.index < batches;
  }

  template <class Columns>
  LOGITOPS_DEVICE void put(Columns columns, const Batch<A>& values) const {
#pragma unroll
    for (int v = 0; v < kVectors; v++) {
      memcpy(own + (columns.index * kVectors + v) * threads, &values[v * kBatch<A> / kVectors], kVectorBytes);
    }
  }

  template <class Columns>
  LOGITOPS_DEVICE void get(Columns columns, Batch<A>& values) const {
#pragma unroll
    for (int v = 0; v < kVectors; v++) {
      unpack<A>(own[(columns.index * kVectors + v) * threads], values + v * kBatch<A> / kVectors);
    }
  }
};

template <class T>
class TierRows {
  using A = Arithmetic<T>;
  static constexpr int kVector = kVectorBytes / sizeof(T);

 public:
  /** The most threads that a row may have. */
  static constexpr int kThreads = sizeof(A) == 8 ? 256 : 512;
  /** For 96 registers, with which a multiprocessor holds 640 threads, and for 255 in f64. */
  static constexpr int kBoundThreads = sizeof(A) == 8 ? 256 : 640;
  static constexpr int kBoundBlocks = 1;

  /** `kept` batches of each thread wait in shared memory. */
  LOGITOPS_DEVICE explicit TierRows(Shape shape, int kept = 0)
      : cols_(shape.cols), kept_(kept), wide_(shape.cols % kVector == 0) {}

  /** Calls f(row) for every row of this group; all of its threads call with the same rows. */
  template <class F>
  LOGITOPS_DEVICE void each_row(Shape shape, F f) const {
    const int64_t step = static_cast<int64_t>(gridDim.x) * blockDim.y;
    for (int64_t row = static_cast<int64_t>(blockIdx.x) * blockDim.y + threadIdx.y; row < shape.rows; row += step) {
      f(row);
    }
  }

  template <class U>
  LOGITOPS_DEVICE auto row(Tensor<U> tensor, int64_t row) const {
    return DenseRow<U>{tensor.data + row * tensor.outer};
  }

  /** What there is one of per column. */
  template <class U>
  LOGITOPS_DEVICE auto per_column(U* data) const {
    return DenseRow<U>{data};
  }

  /** A row that is read more than once, not before await_kept(); kIndex tells rows that are kept together apart. Of a
   * tensor that is null, nothing. */
  template <int kIndex = 0>
  LOGITOPS_DEVICE auto keep(Tensor<const T> tensor, int64_t row) const {
    KeptRow<const T> kept{this->row(tensor, row), own_vector(kIndex * kept_ * kBatch<A> / kVector), threads(), kept_};
    if (tensor.data != nullptr) {
      each_batch([&](auto columns) {
        if (columns.index < kept_) {
          kept.fetch(columns);
        }
      });
    }
    return kept;
  }

  LOGITOPS_DEVICE void await_kept() const { wait_for_copies(); }

  /** Room for what is computed of a row: 32 bytes of each thread for each batch. */
  LOGITOPS_DEVICE auto keep_values() const { return KeptValues<A>{own_vector(0), threads(), kept_}; }

  /** Calls f(GroupColumns) for each batch of this thread's columns. */
  template <class F>
  LOGITOPS_DEVICE void each_batch(F f) const {
    GroupColumns<kVector> columns{
        threadIdx.x * (wide_ ? kVector : 1), cols_, wide_ ? 1 : blockDim.x, kVector * blockDim.x, 0, wide_};
    for (; columns.first < cols_; columns.first += kBatch<A> * blockDim.x, columns.index++) {
      f(columns);
    }
  }

  /** Whether this thread writes what there is one of per row. */
  LOGITOPS_DEVICE bool leads() const { return threadIdx.x == 0; }

  LOGITOPS_DEVICE A max(A value) { return group_.max(value); }
  LOGITOPS_DEVICE A sum(Compensated<A> value) { return group_.sum(value); }
  LOGITOPS_DEVICE Best<A> best(Best<A> value) { return group_.best(value); }

 private:
  LOGITOPS_DEVICE static uint32_t threads() { return blockDim.x * blockDim.y; }

  LOGITOPS_DEVICE static uint4* own_vector(int index) {
    return kept_vectors + index * threads() + threadIdx.y * blockDim.x + threadIdx.x;
  }

  uint32_t cols_;
  int kept_;
  bool wide_;
  GroupReduce group_;
};

}  // namespace logitops
