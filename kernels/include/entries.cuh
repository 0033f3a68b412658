// entries: one entry per tier and dtype, named <op>_<direction>_<tier>_<dtype> and computed on the host by that rule.
// ENTRY is a macro of (tier, Tier, dtype, T).
#pragma once

#include "tier_cols.cuh"
#include "tier_rows.cuh"

// One block per multiprocessor is all that is asked for: asked for nothing, ptxas spills f64 kernels to make room for
// more.
#define LOGITOPS_ENTRY(threads) extern "C" __global__ void __launch_bounds__(threads, 1)

// An entry of a tier, whose registers are limited to what leaves a multiprocessor enough threads.
#define LOGITOPS_TIER_ENTRY(Tier) extern "C" __global__ void __launch_bounds__(Tier::kBoundThreads, Tier::kBoundBlocks)

// What every such entry says of its rows.
#define LOGITOPS_SHAPE \
  logitops::Shape { rows, inner, static_cast<uint32_t>(cols), kept }

#define LOGITOPS_EACH_TIER(ENTRY, dtype, T)    \
  ENTRY(rows, logitops::TierRows<T>, dtype, T) \
  ENTRY(cols, logitops::TierCols<T>, dtype, T)

#define LOGITOPS_EACH_TIER_AND_DTYPE(ENTRY) \
  LOGITOPS_EACH_TIER(ENTRY, f64, double)    \
  LOGITOPS_EACH_TIER(ENTRY, f32, float)     \
  LOGITOPS_EACH_TIER(ENTRY, f16, __half)    \
  LOGITOPS_EACH_TIER(ENTRY, bf16, __nv_bfloat16)
