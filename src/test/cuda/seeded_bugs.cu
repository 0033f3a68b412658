// seeded_bugs: small kernels with one mistake each, and the same without it: tests of what the emulator checks.
//
// SeededBugsTest launches each and says which report it expects.
#include "twins.cuh"

// ---- Addresses

KERNEL(one_too_far) {
  const int i = element();
  if (kTwin == kBug ? i <= n : i < n) {
    out[i] = in[i];
  }
}

KERNEL(tail_of_a_vector) {  // n is no multiple of 4
  const int i = 4 * element();
  if (kTwin == kBug ? i < n : i + 3 < n) {
    *reinterpret_cast<float4*>(out + i) = *reinterpret_cast<const float4*>(in + i);
  } else {
    for (int j = i; j < n; j++) {
      out[j] = in[j];
    }
  }
}

KERNEL(misaligned_vector) {
  const int i = 4 * element() + (kTwin == kBug ? 1 : 0);
  if (i + 3 < n) {
    const float4 v = *reinterpret_cast<const float4*>(in + i);
    out[i] = v.x;
    out[i + 1] = v.y;
    out[i + 2] = v.z;
    out[i + 3] = v.w;
  }
}

KERNEL(ignored_label_as_index) {  // every other label is -100
  const int i = element();
  const int label = i % 2 == 0 ? static_cast<int>(in[i]) : -100;
  out[i] = kTwin == kBug || label >= 0 ? in[label] : 0.0f;
}

KERNEL(offset_in_32_bits) {  // rows of 2^30 elements, and some of them read where they are not
  const int row = element() / 16;
  const int cols = 1 << 30;
  const int64_t offset = kTwin == kBug ? row * 4 * cols : static_cast<int64_t>(row) * 4 * cols;
  out[element()] = in[kTwin == kBug && row > 0 ? offset - 1 : element()];
}

KERNEL(shared_too_small) {
  __shared__ float tile[kTwin == kBug ? 63 : 64];
  tile[threadIdx.x] = in[element()];
  __syncthreads();
  out[element()] = tile[threadIdx.x ^ 1];
}

// ---- What nobody wrote

KERNEL(uninitialised_shared) {
  __shared__ float tile[64];
  if (kTwin == kClean || threadIdx.x != 5) {
    tile[threadIdx.x] = in[element()];
  }
  __syncthreads();
  out[element()] = tile[threadIdx.x ^ 1];
}

KERNEL(uninitialised_global) {
  const int i = element();
  if (kTwin == kClean) {
    out[i] = 1.0f;
  }
  out[i] += in[i];
}

KERNEL(uninitialised_local) {  // indexed by a variable, so that it is in memory
  float last[8];
#pragma unroll 1
  for (int k = kTwin == kBug ? 1 : 0; k < 8; k++) {
    last[(k + threadIdx.x) % 8] = in[element()] + k;
  }
  out[element()] = last[static_cast<int>(in[element()]) % 8];
}

KERNEL(output_not_written) {
  const int i = element();
  if (kTwin == kClean || i != 17) {
    out[i] = in[i];
  }
}

// ---- Threads of a block

KERNEL(read_before_the_write) {
  __shared__ float tile[64];
  tile[threadIdx.x] = in[element()];
  if constexpr (kTwin == kClean) {
    __syncthreads();
  }
  out[element()] = tile[threadIdx.x ^ 32];
}

KERNEL(write_before_the_read) {
  __shared__ float tile[64];
  tile[threadIdx.x] = in[element()];
  __syncthreads();
  const float other = tile[threadIdx.x ^ 32];
  if constexpr (kTwin == kClean) {
    __syncthreads();
  }
  tile[threadIdx.x] = other + 1;
  __syncthreads();
  out[element()] = tile[threadIdx.x ^ 32];
}

KERNEL(two_writers) {
  __shared__ float winner;
  if (threadIdx.x == 0 || (kTwin == kBug && threadIdx.x == 40)) {
    winner = in[element()];
  }
  __syncthreads();
  out[element()] = winner;
}

KERNEL(no_sync_in_a_warp) {
  __shared__ float tile[64];
  tile[threadIdx.x] = in[element()];
  if constexpr (kTwin == kClean) {
    __syncwarp();
  }
  out[element()] = tile[threadIdx.x ^ 1];
}

KERNEL(in_place_without_a_barrier) {  // a row is read by all and then overwritten, in global memory
  const int i = element();
  out[i] = in[i];
  __syncthreads();
  const float first = out[blockIdx.x * blockDim.x];
  if constexpr (kTwin == kClean) {
    __syncthreads();
  }
  out[i] = first + 1;
}

KERNEL(barrier_of_a_few) {
  if (kTwin == kClean || threadIdx.x < 40) {
    __syncthreads();
  }
  out[element()] = in[element()];
}

KERNEL(barrier_after_an_exit) {
  const int i = element();
  out[i] = in[i];
  if (kTwin == kBug && threadIdx.x == 63) {
    return;
  }
  __syncthreads();
  out[i] += 1;
}

KERNEL(two_barriers_for_one) {
  const int i = element();
  if (kTwin == kBug && threadIdx.x < 32) {
    out[i] = in[i];
    __syncthreads();
    out[i] += 1;
  } else {
    out[i] = in[i] + 2;
    __syncthreads();
    out[i] += 3;
  }
}

// ---- Lanes of a warp

KERNEL(shuffle_after_an_exit) {
  const int i = element();
  const float v = in[i];
  out[i] = v;
  if (kTwin == kBug && threadIdx.x % 32 == 31) {
    return;
  }
  out[i] = __shfl_xor_sync(0xffffffffu, v, 1);
}

KERNEL(shuffle_that_some_miss) {
  const int i = element();
  float v = in[i];
  if (kTwin == kClean || threadIdx.x % 32 < 16) {
    v = __shfl_xor_sync(0xffffffffu, v, 1);
  }
  out[i] = v;
}

KERNEL(shuffle_without_its_mask) {
  const float v = in[element()];
  out[element()] = __shfl_xor_sync(kTwin == kBug ? 0xfffffffeu : 0xffffffffu, v, 1);
}

KERNEL(shuffle_from_outside) {
  const int i = element();
  float v = in[i];
  if (threadIdx.x % 32 < 16) {
    v = __shfl_xor_sync(0x0000ffffu, v, kTwin == kBug ? 16 : 8);
  }
  out[i] = v;
}

// ---- Copies that are under way

__device__ __forceinline__ void copy_async(float* to, const float* from) {
  const uint32_t shared = static_cast<uint32_t>(__cvta_generic_to_shared(to));
  asm volatile("cp.async.ca.shared.global [%0], [%1], 4;" ::"r"(shared), "l"(__cvta_generic_to_global(from)));
  asm volatile("cp.async.commit_group;");
}

KERNEL(copy_without_a_wait) {
  __shared__ float tile[64];
  copy_async(&tile[threadIdx.x], in + element());
  if constexpr (kTwin == kClean) {
    asm volatile("cp.async.wait_group 0;" ::: "memory");
  }
  __syncthreads();
  out[element()] = tile[threadIdx.x ^ 1];
}

KERNEL(copy_without_a_barrier) {
  __shared__ float tile[64];
  copy_async(&tile[threadIdx.x], in + element());
  asm volatile("cp.async.wait_group 0;" ::: "memory");
  if constexpr (kTwin == kClean) {
    __syncthreads();
  }
  out[element()] = tile[threadIdx.x ^ 1];
}

// ---- Blocks

KERNEL(two_blocks_one_word) {
  const int i = element();
  out[i] = in[i];
  if (kTwin == kBug && threadIdx.x == 0) {
    out[0] = in[i];
  }
}

KERNEL(last_block_without_a_fence) {  // the last block to arrive adds up what the others left
  __shared__ bool last;
  unsigned int* arrived = reinterpret_cast<unsigned int*>(const_cast<float*>(in));  // 0.0f is 0 to begin with
  const int i = element();
  out[i] = 1.0f;
  __syncthreads();
  if (threadIdx.x == 0) {
    if constexpr (kTwin == kClean) {
      __threadfence();
    }
    last = atomicAdd(arrived, 1u) % gridDim.x == gridDim.x - 1;
    __threadfence();
  }
  __syncthreads();
  if (last && threadIdx.x == 0) {
    float sum = 0;
    for (int j = 0; j < n; j++) {
      sum += out[j];
    }
    out[0] = sum;
  }
}
