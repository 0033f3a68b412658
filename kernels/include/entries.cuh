// entries: kernels as the host finds them. An entry takes one struct and is named <kernel>_<tier>_<dtype>; a kernel is a
// function template of the same name, kernel<Tier>(const Parameters<T>&).
#pragma once

#include "tier_cols_held.cuh"
#include "tier_held.cuh"
#include "tier_rows.cuh"
#include "tier_tile.cuh"

// An entry, and how many threads a block of it has at most. One block per multiprocessor is all that is asked for: asked
// for nothing, ptxas spills f64 kernels to make room for more.
#define LOGITOPS_ENTRY(threads) extern "C" __global__ void __launch_bounds__(threads, 1)

// Clusters are compiled by themselves, for those who have them: then LOGITOPS_CLUSTERS is defined, and there are entries of no
// other tier. Two blocks are for a text that is whole: which number stands there is up to the host.
#ifdef LOGITOPS_CLUSTERS
#define LOGITOPS_BLOCKS __cluster_dims__(2, 1, 1)
#else
#define LOGITOPS_BLOCKS
#endif

#define LOGITOPS_TIER_ENTRY(kernel, Parameters, Bounds, tier, Tier, dtype, T)                                 \
  extern "C" __global__ void LOGITOPS_BLOCKS __launch_bounds__(logitops::Bounds<logitops::Tier<T>>::kThreads, \
                                                               logitops::Bounds<logitops::Tier<T>>::kBlocks)  \
      kernel##_##tier##_##dtype(logitops::Parameters<T> a) {                                                  \
    logitops::kernel<logitops::Tier<T>>(a);                                                                   \
  }

#define LOGITOPS_TIER_ENTRIES(kernel, Parameters, Bounds, tier, Tier)      \
  LOGITOPS_TIER_ENTRY(kernel, Parameters, Bounds, tier, Tier, f64, double) \
  LOGITOPS_TIER_ENTRY(kernel, Parameters, Bounds, tier, Tier, f32, float)  \
  LOGITOPS_TIER_ENTRY(kernel, Parameters, Bounds, tier, Tier, f16, __half) \
  LOGITOPS_TIER_ENTRY(kernel, Parameters, Bounds, tier, Tier, bf16, __nv_bfloat16)

#define LOGITOPS_HELD_TIER_ENTRIES(kernel, Parameters, Bounds, tier, Tier) \
  LOGITOPS_TIER_ENTRY(kernel, Parameters, Bounds, tier, Tier, f32, float)  \
  LOGITOPS_TIER_ENTRY(kernel, Parameters, Bounds, tier, Tier, f16, __half) \
  LOGITOPS_TIER_ENTRY(kernel, Parameters, Bounds, tier, Tier, bf16, __nv_bfloat16)

#ifdef LOGITOPS_CLUSTERS
// Entries for rows that clusters share, for every dtype: of kernels that add nothing up over a row, and keep it or read it once.
#define LOGITOPS_CLUSTER_ENTRIES(kernel, Parameters, Bounds) \
  LOGITOPS_TIER_ENTRIES(kernel, Parameters, Bounds, cluster_rows, TierClusterRows)
#define LOGITOPS_CLUSTER_STREAM_ENTRIES(kernel, Parameters, Bounds) \
  LOGITOPS_TIER_ENTRIES(kernel, Parameters, Bounds, cluster_rows, TierClusterStream)

// Of kernels for such rows that registers hold, for every dtype but f64.
#define LOGITOPS_CLUSTER_HELD_ENTRIES(kernel, Parameters, Bounds) \
  LOGITOPS_HELD_TIER_ENTRIES(kernel, Parameters, Bounds, cluster_held, TierClusterHeld)

#define LOGITOPS_ENTRIES(kernel, Parameters, Bounds)
#define LOGITOPS_STREAM_ENTRIES(kernel, Parameters, Bounds)
#define LOGITOPS_HELD_ENTRIES(kernel, Parameters, Bounds)
#define LOGITOPS_HELD_COLS_ENTRIES(kernel, Parameters, Bounds)
#define LOGITOPS_TILE_ENTRIES(kernel, Parameters, Bounds)
#define LOGITOPS_STREAM_TILE_ENTRIES(kernel, Parameters, Bounds)
#else
#define LOGITOPS_CLUSTER_ENTRIES(kernel, Parameters, Bounds)
#define LOGITOPS_CLUSTER_STREAM_ENTRIES(kernel, Parameters, Bounds)
#define LOGITOPS_CLUSTER_HELD_ENTRIES(kernel, Parameters, Bounds)

// Entries of kernels that read rows twice, for every dtype. Bounds say how many registers a thread may have.
#define LOGITOPS_ENTRIES(kernel, Parameters, Bounds)                \
  LOGITOPS_TIER_ENTRIES(kernel, Parameters, Bounds, rows, TierRows) \
  LOGITOPS_TIER_ENTRIES(kernel, Parameters, Bounds, cols, TierCols)

// The same of kernels that read them once.
#define LOGITOPS_STREAM_ENTRIES(kernel, Parameters, Bounds)           \
  LOGITOPS_TIER_ENTRIES(kernel, Parameters, Bounds, rows, TierStream) \
  LOGITOPS_TIER_ENTRIES(kernel, Parameters, Bounds, cols, TierCols)

// Beside these: entries of kernels for rows that registers hold, for every dtype but f64.
#define LOGITOPS_HELD_ENTRIES(kernel, Parameters, Bounds)                  \
  LOGITOPS_HELD_TIER_ENTRIES(kernel, Parameters, Bounds, held2, TierHeld2) \
  LOGITOPS_HELD_TIER_ENTRIES(kernel, Parameters, Bounds, held4, TierHeld4) \
  LOGITOPS_HELD_TIER_ENTRIES(kernel, Parameters, Bounds, held8, TierHeld8)

// The same in columns, of kernels that look at a row twice; of f32 alone: a thread's elements of 16 bits are too narrow.
#define LOGITOPS_HELD_COLS_ENTRIES(kernel, Parameters, Bounds)                    \
  LOGITOPS_TIER_ENTRY(kernel, Parameters, Bounds, cols32, TierCols32, f32, float) \
  LOGITOPS_TIER_ENTRY(kernel, Parameters, Bounds, cols64, TierCols64, f32, float)

// The same, of rows that wait in a tile: for every dtype but f64, of kernels that look at a row twice.
#define LOGITOPS_TILE_ENTRIES(kernel, Parameters, Bounds) \
  LOGITOPS_HELD_TIER_ENTRIES(kernel, Parameters, Bounds, tile, TierTile)

// Of kernels that look once, for elements of 16 bits: the others' are wide enough where they lie.
#define LOGITOPS_STREAM_TILE_ENTRIES(kernel, Parameters, Bounds)               \
  LOGITOPS_TIER_ENTRY(kernel, Parameters, Bounds, tile, TierTile, f16, __half) \
  LOGITOPS_TIER_ENTRY(kernel, Parameters, Bounds, tile, TierTile, bf16, __nv_bfloat16)
#endif

// Entries of kernels that walk no logits.
#define LOGITOPS_ENTRY_OF_DTYPE(kernel, Parameters, threads, dtype, T) \
  LOGITOPS_ENTRY(threads) kernel##_##dtype(logitops::Parameters<T> a) { logitops::kernel(a); }

// One for each arithmetic.
#define LOGITOPS_ARITHMETIC_ENTRIES(kernel, Parameters, threads)    \
  LOGITOPS_ENTRY_OF_DTYPE(kernel, Parameters, threads, f64, double) \
  LOGITOPS_ENTRY_OF_DTYPE(kernel, Parameters, threads, f32, float)

// The same, one for each dtype.
#define LOGITOPS_DTYPE_ENTRIES(kernel, Parameters, threads)       \
  LOGITOPS_ARITHMETIC_ENTRIES(kernel, Parameters, threads)        \
  LOGITOPS_NARROW_ENTRIES(kernel, Parameters, threads)

// The same, one for each dtype that is narrower than what it is computed in.
#define LOGITOPS_NARROW_ENTRIES(kernel, Parameters, threads)        \
  LOGITOPS_ENTRY_OF_DTYPE(kernel, Parameters, threads, f16, __half) \
  LOGITOPS_ENTRY_OF_DTYPE(kernel, Parameters, threads, bf16, __nv_bfloat16)

namespace logitops {

/** Registers are limited to what leaves a multiprocessor enough threads. */
template <class Tier>
struct Occupied {
  static constexpr int kThreads = Tier::kBoundThreads;
  static constexpr int kBlocks = Tier::kBoundBlocks;
};

/** The same, but that a row's threads may have all the registers that a block can have. */
template <class Tier>
struct Roomy {
  static constexpr int kThreads = Tier::kThreads;
  static constexpr int kBlocks = Tier::kBoundBlocks;
};

/** 80 registers where there would be 96: for kernels that wait for memory and have little else to do. */
template <class Tier>
struct Crowded {
  static constexpr int kThreads = Tier::kBoundThreads == 640 ? 768 : Tier::kBoundThreads;
  static constexpr int kBlocks = Tier::kBoundBlocks;
};

/** For kernels that hold two rows, or much besides: 96 registers where rows are held. */
template <class Tier>
struct Paired {
  static constexpr int kThreads = Tier::kVectors > 0 ? 640 : Tier::kBoundThreads;
  static constexpr int kBlocks = Tier::kVectors > 0 ? 1 : Tier::kBoundBlocks;
};

/** Registers are limited to what a block can have: for kernels that two rows and their sums fill. */
template <class Tier>
struct Unlimited {
  static constexpr int kThreads = Tier::kThreads;
  static constexpr int kBlocks = 1;
};

/** The same, but 96 registers for the rows of elements of 16 bits: of f32 a value would spill. */
template <class Tier>
struct Narrow {
  static constexpr int kThreads = Tier::kElementBytes == 2 ? Tier::kBoundThreads : Tier::kThreads;
  static constexpr int kBlocks = 1;
};

}  // namespace logitops
