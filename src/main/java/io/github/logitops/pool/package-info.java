/**
 * The memory of one session, behind {@code Tensor} and {@code Stream}: which are open, who uses what, blocks for the next, staging for
 * host copies. Start at {@link io.github.logitops.pool.DeviceMemory}.
 */
package io.github.logitops.pool;
