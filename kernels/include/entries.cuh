// entries: one entry per tier and dtype, named <op>_<direction>_<tier>_<dtype> and computed on the host by that rule.
// ENTRY is a macro of (tier, Tier, dtype, T).
#pragma once

#include "tier_cols.cuh"
#include "tier_gmem.cuh"

// One block per multiprocessor is all that is asked for: asked for nothing, ptxas spills f64 kernels to make room for
// more.
#define LOGITOPS_ENTRY(threads) extern "C" __global__ void __launch_bounds__(threads, 1)

// Kernels with many options would take registers for all of them: what they ask for keeps as many threads' loads under
// way as no GPU generation spills for.
#define LOGITOPS_OCCUPIED_ENTRY(Tier, T) \
  extern "C" __global__ void __launch_bounds__(Tier::kThreads, Tier::kBlocks<logitops::Arithmetic<T>>)

#define LOGITOPS_EACH_DTYPE(ENTRY, ...) \
  ENTRY(__VA_ARGS__, f64, double)       \
  ENTRY(__VA_ARGS__, f32, float)        \
  ENTRY(__VA_ARGS__, f16, __half)       \
  ENTRY(__VA_ARGS__, bf16, __nv_bfloat16)

#define LOGITOPS_EACH_TIER_AND_DTYPE(ENTRY)            \
  LOGITOPS_EACH_DTYPE(ENTRY, gmem, logitops::TierGmem) \
  LOGITOPS_EACH_DTYPE(ENTRY, cols, logitops::TierCols)
