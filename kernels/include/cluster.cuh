// cluster: what sm_90 has for blocks that share a row: the shared memory of each is within reach of the others, and a barrier in it
// counts the bytes that arrive. PTX itself, as C++ has no words for most of it.
#pragma once

#include "arithmetic.cuh"

namespace logitops {

/** A block's number among those of its cluster. */
LOGITOPS_DEVICE uint32_t cluster_rank() {
  uint32_t rank;
  asm("mov.u32 %0, %%cluster_ctarank;" : "=r"(rank));
  return rank;
}

/** Blocks of the cluster. The host writes it into the PTX that it loads. */
LOGITOPS_DEVICE uint32_t cluster_blocks() {
  uint32_t blocks;
  asm("mov.u32 %0, %%cluster_nctarank;" : "=r"(blocks));
  return blocks;
}

LOGITOPS_DEVICE uint32_t cluster_number() {
  uint32_t number;
  asm("mov.u32 %0, %%clusterid.x;" : "=r"(number));
  return number;
}

LOGITOPS_DEVICE uint32_t clusters() {
  uint32_t count;
  asm("mov.u32 %0, %%nclusterid.x;" : "=r"(count));
  return count;
}

/** Says that this thread is here, without a word of what it did before but for barriers made. Each thread waits once for each time. */
LOGITOPS_DEVICE void arrive_at_cluster() { asm volatile("barrier.cluster.arrive.relaxed.aligned;" ::: "memory"); }
LOGITOPS_DEVICE void wait_for_cluster() { asm volatile("barrier.cluster.wait.acquire.aligned;" ::: "memory"); }

/** An address of this block's shared memory. */
LOGITOPS_DEVICE uint32_t shared_address(const void* pointer) {
  return static_cast<uint32_t>(__cvta_generic_to_shared(pointer));
}

/** The same place in another block of the cluster. */
LOGITOPS_DEVICE uint32_t address_in_block(uint32_t address, uint32_t rank) {
  uint32_t there;
  asm("mapa.shared::cluster.u32 %0, %1, %2;" : "=r"(there) : "r"(address), "r"(rank));
  return there;
}

/** A barrier that is passed when as many bytes have arrived as its one thread expects, and then counts anew. */
struct ArrivalBarrier {
  uint32_t address;

  LOGITOPS_DEVICE void make() const {
    asm volatile("mbarrier.init.shared::cta.b64 [%0], 1;" ::"r"(address) : "memory");
  }

  /** After the last was made: others see them once they have met this thread at the cluster's barrier. */
  LOGITOPS_DEVICE static void publish() { asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory"); }

  LOGITOPS_DEVICE void expect(uint32_t bytes) const {
    asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(address), "r"(bytes) : "memory");
  }

  /** Waits until it is passed for the n-th time: of n the lowest bit. */
  LOGITOPS_DEVICE void wait(uint32_t parity) const {
    uint32_t passed;
    do {
      asm volatile(
          "{ .reg .pred passed; mbarrier.try_wait.parity.shared::cta.b64 passed, [%1], %2; selp.u32 %0, 1, 0, passed; }"
          : "=r"(passed)
          : "r"(address), "r"(parity)
          : "memory");
    } while (passed == 0);
  }
};

/** Starts to write 8 bytes to another block, whose barrier learns of it. */
LOGITOPS_DEVICE void send(uint32_t to, uint64_t word, uint32_t barrier) {
  asm volatile("st.async.shared::cluster.mbarrier::complete_tx::bytes.b64 [%0], %1, [%2];" ::"r"(to), "l"(word),
               "r"(barrier)
               : "memory");
}

}  // namespace logitops
