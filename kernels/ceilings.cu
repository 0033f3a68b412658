// ceilings: how fast this device's memory goes, for the traffic of an op and none of its work. What `logitops bench` holds
// the ops against; nothing else launches them.
//   ceiling_copy    to = from                  1 read, 1 write
//   ceiling_triad   to = a ^ b                 2 reads, 1 write
//   ceiling_read    sums[block] = xor of from  1 read
//   ceiling_fill    to = pattern               1 write
//
// Shapes    16-byte pieces; sums: one 64-bit word per block.
// Launch    blocks of 256, any number: threads step on. Four pieces of a thread are under way at a time.
// Aliasing  none.
// Numerics  none: bits are carried and combined by xor, so results are exact and no read can be left out.
#include <stdint.h>

#include "include/dtype.cuh"

namespace logitops {

constexpr int kThreads = 256;
constexpr int kUnroll = 4;

using Piece = ulonglong2;  // one 16-byte access

LOGITOPS_DEVICE Piece xor_of(Piece a, Piece b) { return {a.x ^ b.x, a.y ^ b.y}; }

/** Calls step(i, k) for every piece i of this thread, k counting the kUnroll that are under way together. */
template <class Load, class Use>
LOGITOPS_DEVICE void each_piece(int64_t pieces, Load load, Use use) {
  const int64_t threads = static_cast<int64_t>(gridDim.x) * kThreads;
  const int64_t first = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
#pragma unroll 1  // kUnroll says how many
  for (int64_t base = first; base < pieces; base += kUnroll * threads) {
    Piece held[kUnroll];
#pragma unroll
    for (int k = 0; k < kUnroll; k++) {
      if (base + k * threads < pieces) {
        held[k] = load(base + k * threads);
      }
    }
#pragma unroll
    for (int k = 0; k < kUnroll; k++) {
      if (base + k * threads < pieces) {
        use(base + k * threads, held[k]);
      }
    }
  }
}

}  // namespace logitops

#define ENTRY extern "C" __global__ void __launch_bounds__(logitops::kThreads)

ENTRY ceiling_copy(logitops::Piece* to, const logitops::Piece* from, int64_t pieces) {
  logitops::each_piece(
      pieces, [=](int64_t i) { return from[i]; }, [=](int64_t i, logitops::Piece piece) { to[i] = piece; });
}

ENTRY ceiling_triad(logitops::Piece* to, const logitops::Piece* a, const logitops::Piece* b, int64_t pieces) {
  logitops::each_piece(
      pieces, [=](int64_t i) { return logitops::xor_of(a[i], b[i]); },
      [=](int64_t i, logitops::Piece piece) { to[i] = piece; });
}

ENTRY ceiling_fill(logitops::Piece* to, uint64_t pattern, int64_t pieces) {
  logitops::each_piece(
      pieces, [=](int64_t) { return logitops::Piece{pattern, pattern}; },
      [=](int64_t i, logitops::Piece piece) { to[i] = piece; });
}

ENTRY ceiling_read(uint64_t* sums, const logitops::Piece* from, int64_t pieces) {
  __shared__ uint64_t of_thread[logitops::kThreads];
  logitops::Piece sum{0, 0};
  logitops::each_piece(
      pieces, [=](int64_t i) { return from[i]; },
      [&](int64_t, logitops::Piece piece) { sum = logitops::xor_of(sum, piece); });
  of_thread[threadIdx.x] = sum.x ^ sum.y;
  __syncthreads();
  if (threadIdx.x == 0) {
    uint64_t all = 0;
    for (int t = 0; t < logitops::kThreads; t++) {
      all ^= of_thread[t];
    }
    sums[blockIdx.x] = all;
  }
}
