// ceiling: how fast this device's memory goes, for the traffic of an op and none of its work. What `logitops bench` holds
// the ops against; nothing else launches them.
//   ceiling_copy    to = a                     1 read, 1 write
//   ceiling_triad   to = a ^ b                 2 reads, 1 write
//   ceiling_read    sums[block] = xor of a     1 read
//   ceiling_fill    to = pattern               1 write
//
// Shapes    16-byte pieces; sums: one 64-bit word per block.
// Launch    blocks of 256, any number: threads step on. Four pieces of a thread are under way at a time.
// Aliasing  none.
// Numerics  none: bits are carried and combined by xor, so results are exact and no read can be left out.
#include <stdint.h>

#include "include/entries.cuh"

namespace logitops {

constexpr int kUnroll = 4;
constexpr int kBlock = 256;  // threads of a block

using Piece = ulonglong2;  // one 16-byte access

/** What is null is not for this ceiling. */
struct Ceiling {
  Piece* to;
  const Piece* a;
  const Piece* b;
  uint64_t* sums;
  uint64_t pattern;
  int64_t pieces;
};

LOGITOPS_DEVICE Piece xor_of(Piece a, Piece b) { return {a.x ^ b.x, a.y ^ b.y}; }

/** Calls step(i, k) for every piece i of this thread, k counting the kUnroll that are under way together. */
template <class Load, class Use>
LOGITOPS_DEVICE void each_piece(int64_t pieces, Load load, Use use) {
  const int64_t threads = static_cast<int64_t>(gridDim.x) * kBlock;
  const int64_t first = static_cast<int64_t>(blockIdx.x) * kBlock + threadIdx.x;
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

LOGITOPS_ENTRY(logitops::kBlock) ceiling_copy(logitops::Ceiling c) {
  logitops::each_piece(
      c.pieces, [=](int64_t i) { return c.a[i]; }, [=](int64_t i, logitops::Piece piece) { c.to[i] = piece; });
}

LOGITOPS_ENTRY(logitops::kBlock) ceiling_triad(logitops::Ceiling c) {
  logitops::each_piece(
      c.pieces, [=](int64_t i) { return logitops::xor_of(c.a[i], c.b[i]); },
      [=](int64_t i, logitops::Piece piece) { c.to[i] = piece; });
}

LOGITOPS_ENTRY(logitops::kBlock) ceiling_fill(logitops::Ceiling c) {
  logitops::each_piece(
      c.pieces, [=](int64_t) { return logitops::Piece{c.pattern, c.pattern}; },
      [=](int64_t i, logitops::Piece piece) { c.to[i] = piece; });
}

LOGITOPS_ENTRY(logitops::kBlock) ceiling_read(logitops::Ceiling c) {
  __shared__ uint64_t of_thread[logitops::kBlock];
  logitops::Piece sum{0, 0};
  logitops::each_piece(
      c.pieces, [=](int64_t i) { return c.a[i]; },
      [&](int64_t, logitops::Piece piece) { sum = logitops::xor_of(sum, piece); });
  of_thread[threadIdx.x] = sum.x ^ sum.y;
  __syncthreads();
  if (threadIdx.x == 0) {
    uint64_t all = 0;
    for (int t = 0; t < logitops::kBlock; t++) {
      all ^= of_thread[t];
    }
    c.sums[blockIdx.x] = all;
  }
}
