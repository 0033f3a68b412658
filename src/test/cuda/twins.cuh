// twins: how the files of seeded bugs make each kernel twice, as bug_<name> and clean_<name>, which differ where the code asks for
// kTwin. All take
//   out, in    [n] floats; `in` holds 0, 1, 2, ...; `out` was never written
//   n          how many
#pragma once
#include <stdint.h>

enum class Twin { kBug, kClean };

constexpr Twin kBug = Twin::kBug;
constexpr Twin kClean = Twin::kClean;

#define KERNEL(name)                                                                                \
  template <Twin kTwin>                                                                             \
  __device__ __forceinline__ void name(float* out, const float* in, int n);                         \
  extern "C" __global__ void bug_##name(float* out, const float* in, int n) { name<kBug>(out, in, n); }     \
  extern "C" __global__ void clean_##name(float* out, const float* in, int n) { name<kClean>(out, in, n); } \
  template <Twin kTwin>                                                                             \
  __device__ __forceinline__ void name(float* out, const float* in, int n)

__device__ __forceinline__ int element() { return blockIdx.x * blockDim.x + threadIdx.x; }
