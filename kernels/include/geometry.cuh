// geometry: the numbers that the host plans launches by. scripts/build-kernels.sh copies each line into the manifest that
// ships beside the PTX, and the host reads it there.
#pragma once

namespace logitops {

constexpr int kRowThreads = 512;     // that share a row, at most
constexpr int kRowThreadsF64 = 256;  // likewise: f64 needs twice the registers
constexpr int kHeldThreads = 1024;   // likewise, where the row waits in registers; half as many where they hold more
constexpr int kClusterHeldThreads = 512;    // of each block of a cluster whose registers hold a row
constexpr int kClusterRowThreads = 128;     // likewise, where it waits in shared memory or is read in steps
constexpr int kClusterSliceBytes = 32768;   // that such a block should have, at most
constexpr int kMostClusterBlocks = 16;      // that share a row
constexpr int kSmallBlock = 128;            // threads of a block where a row needs fewer, and where each has its own
constexpr int kSumThreads = 512;            // threads of a block that adds up what rows came to
constexpr int kElementThreads = 256;        // threads of a block that walks elements
constexpr int kFragmentBytes = 32;          // of arithmetic: the columns that a thread takes at a time
constexpr int kLineBytes = 48;              // that a row may take more in shared memory than its columns do
constexpr int kVectorBytes = 16;            // the widest access of a thread
constexpr int kOwnSharedBytes = 4096;       // more than the variables of any kernel take
constexpr int kClusterSharedBytes = 10240;  // as kOwnSharedBytes, of blocks of a cluster whose registers hold a row

}  // namespace logitops
