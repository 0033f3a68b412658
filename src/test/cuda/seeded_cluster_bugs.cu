// seeded_cluster_bugs: mistakes of blocks that form clusters, and the same without them: tests of what the emulator checks.
//
// SeededClusterBugsTest launches each, in clusters of kBlocks blocks, and says which report it expects.
#include "twins.cuh"

constexpr int kBlocks = 4;
constexpr int kWarps = 2;
constexpr int kSlots = kBlocks * kWarps;
constexpr int kRounds = 4;

#define CLUSTER(name)                                                                                                  \
  template <Twin kTwin>                                                                                                \
  __device__ __forceinline__ void name(float* out, const float* in);                                                   \
  extern "C" __global__ void __cluster_dims__(kBlocks) bug_##name(float* out, const float* in, int) { name<kBug>(out, in); }     \
  extern "C" __global__ void __cluster_dims__(kBlocks) clean_##name(float* out, const float* in, int) { name<kClean>(out, in); } \
  template <Twin kTwin>                                                                                                \
  __device__ __forceinline__ void name(float* out, const float* in)

// ---- The instructions

__device__ __forceinline__ uint32_t address(const void* shared) { return static_cast<uint32_t>(__cvta_generic_to_shared(shared)); }

__device__ __forceinline__ uint32_t cluster_rank() {
  uint32_t rank;
  asm volatile("mov.u32 %0, %%cluster_ctarank;" : "=r"(rank));
  return rank;
}

__device__ __forceinline__ void cluster_arrive() { asm volatile("barrier.cluster.arrive.release.aligned;" ::: "memory"); }

__device__ __forceinline__ void cluster_arrive_relaxed() { asm volatile("barrier.cluster.arrive.relaxed.aligned;" ::: "memory"); }

__device__ __forceinline__ void cluster_wait() { asm volatile("barrier.cluster.wait.acquire.aligned;" ::: "memory"); }

__device__ __forceinline__ void init(uint64_t* mbarrier, uint32_t arrivals) {
  asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(address(mbarrier)), "r"(arrivals) : "memory");
}

__device__ __forceinline__ void fence_init() { asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory"); }

__device__ __forceinline__ void arrive_expecting(uint64_t* mbarrier, uint32_t bytes) {
  asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(address(mbarrier)), "r"(bytes) : "memory");
}

__device__ __forceinline__ void wait(uint64_t* mbarrier, uint32_t parity) {
  uint32_t over = 0;
  while (over == 0) {
    asm volatile(
        "{\n.reg .pred over;\nmbarrier.try_wait.parity.shared::cta.b64 over, [%1], %2;\nselp.u32 %0, 1, 0, over;\n}"
        : "=r"(over)
        : "r"(address(mbarrier)), "r"(parity)
        : "memory");
  }
}

__device__ __forceinline__ uint32_t of_rank(const void* shared, uint32_t rank) {
  uint32_t there;
  asm volatile("mapa.shared::cluster.u32 %0, %1, %2;" : "=r"(there) : "r"(address(shared)), "r"(rank));
  return there;
}

__device__ __forceinline__ void push(uint32_t slot, float value, uint32_t mbarrier) {
  asm volatile("st.async.shared::cluster.mbarrier::complete_tx::bytes.f32 [%0], %1, [%2];" ::"r"(slot), "f"(value), "r"(mbarrier)
               : "memory");
}

__device__ __forceinline__ float pull(uint32_t slot) {
  float value;
  asm volatile("ld.shared::cluster.f32 %0, [%1];" : "=f"(value) : "r"(slot) : "memory");
  return value;
}

// ---- A sum over a cluster, some rounds of it. Buffers and mbarriers take turns.

enum class Mistake {
  kNone,
  kNoWait,
  kWrongParity,
  kExpectsMore,
  kExpectsLess,
  kNoArrival,
  kSecondArrival,
  kNoClusterBarrier,
  kNoFence,
  kInitialisesLate,
  kPushesBeforeTheWait,
  kLeavesEarly,
  kSlotTooFar,
  kRankTooFar,
  kOneBuffer,
  kOneMbarrier,
  kOneWarpPushes,
};

template <Mistake kMistake>
__device__ __forceinline__ void set_up(uint64_t* mbarriers) {
  if constexpr (kMistake == Mistake::kInitialisesLate) {
    cluster_arrive();
    cluster_wait();
  }
  if (threadIdx.x == 0) {
    init(&mbarriers[0], 1);
    init(&mbarriers[1], 1);
    if constexpr (kMistake != Mistake::kNoFence) {
      fence_init();
    }
  }
  if constexpr (kMistake == Mistake::kInitialisesLate) {
    __syncthreads();
  } else if constexpr (kMistake != Mistake::kNoClusterBarrier) {
    cluster_arrive_relaxed();
  }
}

template <Mistake kMistake>
__device__ __forceinline__ void push_to_all(float* slots, uint64_t* mbarrier, float value) {
  constexpr bool kTooFar = kMistake == Mistake::kSlotTooFar;
  const int warp = threadIdx.x / 32;
  const int lane = threadIdx.x % 32;
  if (lane < kBlocks && (warp == 0 || kMistake != Mistake::kOneWarpPushes)) {
    const int to = kMistake == Mistake::kRankTooFar ? lane + 1 : lane;
    float* slot = &slots[cluster_rank() * kWarps + warp + (kTooFar ? 2 * kSlots : 0)];
    push(of_rank(slot, to), value, of_rank(mbarrier, to));
  }
}

template <Mistake kMistake>
__device__ __forceinline__ void sum(float* out, const float* in) {
  __shared__ float slots[2][kSlots];
  __shared__ uint64_t mbarriers[2];
  constexpr int kStep = kMistake == Mistake::kOneWarpPushes ? kWarps : 1;
  constexpr int kExpected = 4 * kSlots / kStep + (kMistake == Mistake::kExpectsMore ? 4 : kMistake == Mistake::kExpectsLess ? -4 : 0);
  constexpr bool kWaitsFirst = kMistake != Mistake::kNoClusterBarrier && kMistake != Mistake::kInitialisesLate &&
                               kMistake != Mistake::kPushesBeforeTheWait;
  set_up<kMistake>(mbarriers);
  float value = in[element()];
  if constexpr (kWaitsFirst) {
    cluster_wait();
  }
#pragma unroll 1
  for (int round = 0; round < kRounds; round++) {
    float* own = slots[kMistake == Mistake::kOneBuffer ? 0 : round % 2];
    uint64_t* mbarrier = &mbarriers[kMistake == Mistake::kOneMbarrier ? 0 : round % 2];
    const int parity = (kMistake == Mistake::kOneMbarrier ? round : round / 2) % 2;
    if (threadIdx.x == 0 && kMistake != Mistake::kNoArrival) {
      arrive_expecting(mbarrier, kExpected);
    }
    if (threadIdx.x == 1 && kMistake == Mistake::kSecondArrival) {
      arrive_expecting(mbarrier, 0);
    }
    __syncwarp();
    push_to_all<kMistake>(own, mbarrier, value);
    if (kMistake == Mistake::kLeavesEarly && round == kRounds - 1 && cluster_rank() == 1) {
      break;
    }
    if constexpr (kMistake != Mistake::kNoWait) {
      wait(mbarrier, kMistake == Mistake::kWrongParity ? 1 - parity : parity);
    }
    value = 0;
    for (int slot = 0; slot < kSlots; slot += kStep) {
      value += own[slot];
    }
  }
  if constexpr (kMistake == Mistake::kPushesBeforeTheWait) {
    cluster_wait();
  }
  out[element()] = value;
}

#define SUM(name, mistake) \
  CLUSTER(name) { sum<kTwin == kBug ? Mistake::mistake : Mistake::kNone>(out, in); }

SUM(no_wait, kNoWait)
SUM(wrong_parity, kWrongParity)
SUM(expects_more, kExpectsMore)
SUM(expects_less, kExpectsLess)
SUM(no_arrival, kNoArrival)
SUM(second_arrival, kSecondArrival)
SUM(no_cluster_barrier, kNoClusterBarrier)
SUM(no_fence, kNoFence)
SUM(initialises_late, kInitialisesLate)
SUM(pushes_before_the_wait, kPushesBeforeTheWait)
SUM(leaves_early, kLeavesEarly)
SUM(slot_too_far, kSlotTooFar)
SUM(rank_too_far, kRankTooFar)
SUM(one_buffer, kOneBuffer)
SUM(one_mbarrier, kOneMbarrier)
SUM(slow_reader, kOneWarpPushes)

// ---- The barrier of the cluster

CLUSTER(barrier_of_a_few) {
  if (kTwin == kBug && cluster_rank() == 1 && threadIdx.x >= 32) {
    __syncthreads();
    return;
  }
  cluster_arrive();
  cluster_wait();
  __syncthreads();
  out[element()] = in[element()];
}

CLUSTER(arrives_twice) {
  cluster_arrive();
  if constexpr (kTwin == kBug) {
    cluster_arrive();
  }
  cluster_wait();
  out[element()] = in[element()];
}

CLUSTER(waits_without_an_arrival) {
  if constexpr (kTwin == kClean) {
    cluster_arrive();
  }
  cluster_wait();
  out[element()] = in[element()];
}

CLUSTER(exits_without_a_wait) {
  cluster_arrive();
  out[element()] = in[element()];
  if constexpr (kTwin == kClean) {
    cluster_wait();
  }
}

CLUSTER(lanes_arrive_apart) {
  if (kTwin == kBug && threadIdx.x % 2 == 1) {
    cluster_arrive();
    out[element()] = in[element()];
  } else {
    cluster_arrive();
    out[element()] = in[element()] + 1;
  }
  cluster_wait();
}

CLUSTER(relaxed_orders_nothing) {
  __shared__ float tile[64];
  tile[threadIdx.x] = in[element()];
  if constexpr (kTwin == kBug) {
    cluster_arrive_relaxed();
  } else {
    cluster_arrive();
  }
  cluster_wait();
  out[element()] = tile[threadIdx.x ^ 32];
}

// ---- Memory of other blocks

CLUSTER(pull_of_what_is_not_ordered) {
  __shared__ float tile[64];
  tile[threadIdx.x] = in[element()];
  if constexpr (kTwin == kBug) {
    cluster_arrive_relaxed();
  } else {
    cluster_arrive();
  }
  cluster_wait();
  out[element()] = pull(of_rank(&tile[threadIdx.x], cluster_rank() ^ 1));
  cluster_arrive();
  cluster_wait();
}

CLUSTER(pull_from_an_exited_block) {
  __shared__ float tile[64];
  tile[threadIdx.x] = in[element()];
  cluster_arrive();
  cluster_wait();
  out[element()] = pull(of_rank(&tile[threadIdx.x], cluster_rank() ^ 1));
  if constexpr (kTwin == kClean) {
    cluster_arrive();
    cluster_wait();
  }
}

CLUSTER(pull_before_the_block_runs) {
  __shared__ float tile[64];
  tile[threadIdx.x] = in[element()];
  cluster_arrive();
  if constexpr (kTwin == kClean) {
    cluster_wait();
  }
  out[element()] = pull(of_rank(&tile[threadIdx.x], cluster_rank() ^ 1));
  if constexpr (kTwin == kBug) {
    cluster_wait();
  }
  cluster_arrive();
  cluster_wait();
}

CLUSTER(plain_load_from_another_block) {
  __shared__ float tile[64];
  tile[threadIdx.x] = in[element()];
  cluster_arrive();
  cluster_wait();
  const uint32_t there = of_rank(&tile[threadIdx.x], cluster_rank() ^ (kTwin == kBug ? 1 : 0));
  float value;
  asm volatile("ld.shared.f32 %0, [%1];" : "=f"(value) : "r"(there) : "memory");
  out[element()] = value;
}

CLUSTER(push_orders_itself_alone) {  // the next block reads what is written before the push, which says only itself
  __shared__ float slot;
  __shared__ uint64_t mbarriers[2];
  set_up<Mistake::kNone>(mbarriers);
  const int next = cluster_rank() == kBlocks - 1 ? 1 - kBlocks : 1;
  const float value = in[element()] + 1;
  out[element()] = value;
  cluster_wait();
  if (threadIdx.x == 0) {
    arrive_expecting(&mbarriers[0], 4);
    push(of_rank(&slot, cluster_rank() + next), value, of_rank(&mbarriers[0], cluster_rank() + next));
  }
  wait(&mbarriers[0], 0);
  if (threadIdx.x == 0) {
    const int before = cluster_rank() == 0 ? kBlocks - 1 : -1;
    const float other = kTwin == kBug ? out[static_cast<int>(element() + before * static_cast<int>(blockDim.x))] : slot;
    asm volatile("" ::"f"(other));
  }
}
