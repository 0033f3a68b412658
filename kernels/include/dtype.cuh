// dtype: how elements are stored (f64, f32, f16, bf16) and what they are computed in (f64 for f64, f32 for the rest).
//
// An element is widened where it is loaded and rounded once where it is stored; nothing between is 16 bits wide.
#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <stdint.h>

#define LOGITOPS_DEVICE __device__ __forceinline__

namespace logitops {

template <class T>
struct DType {
  using Arithmetic = float;
};
template <>
struct DType<double> {
  using Arithmetic = double;
};

/** What tensors of T are computed in, and what their losses, log-sum-exps and class weights are stored as. */
template <class T>
using Arithmetic = typename DType<T>::Arithmetic;

LOGITOPS_DEVICE double widen(double value) { return value; }
LOGITOPS_DEVICE float widen(float value) { return value; }
LOGITOPS_DEVICE float widen(__half value) { return __half2float(value); }
LOGITOPS_DEVICE float widen(__nv_bfloat16 value) { return __bfloat162float(value); }

/** Rounds to nearest, ties to even, into where the element is stored. */
LOGITOPS_DEVICE void store(double* to, double value) { *to = value; }
LOGITOPS_DEVICE void store(float* to, float value) { *to = value; }
LOGITOPS_DEVICE void store(__half* to, float value) { *to = __float2half_rn(value); }
LOGITOPS_DEVICE void store(__nv_bfloat16* to, float value) { *to = __float2bfloat16_rn(value); }

}  // namespace logitops
