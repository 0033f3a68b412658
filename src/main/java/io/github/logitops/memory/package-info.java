/**
 * What ops work on: {@link io.github.logitops.memory.Tensor}s, in the order that {@link io.github.logitops.memory.Stream}s give.
 * Start at {@link io.github.logitops.memory.Tensor}.
 *
 * <p>What ops take besides, made of tensors: {@link io.github.logitops.memory.GradScale} multiplies gradients,
 * {@link io.github.logitops.memory.Mask} hides elements, {@link io.github.logitops.memory.BinaryTargets} are what logits of a sigmoid
 * are held against. How much a session holds say
 * {@link io.github.logitops.memory.MemoryStatistics}; where what was never closed was made tells
 * {@link io.github.logitops.memory.LeakTracking}. What a device refuses is thrown as
 * {@link io.github.logitops.memory.DriverException}, too little memory as
 * {@link io.github.logitops.memory.DeviceOutOfMemoryException}.
 */
package io.github.logitops.memory;
