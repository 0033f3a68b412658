package io.github.logitops.memory;

/**
 * What a session holds on its device at one moment.
 *
 * @param liveTensors pieces of memory whose tensors are not closed: one for a tensor, and one or two for all those of a result
 * @param bytesInUse bytes of these pieces, sizes rounded up as they are allocated
 * @param peakBytes the largest {@code bytesInUse} so far
 * @param heldBytes all bytes taken from the device: in use, kept for the next tensors, or waiting for work to end
 * @param limitBytes what {@code heldBytes} may not exceed
 */
public record MemoryStatistics(int liveTensors, long bytesInUse, long peakBytes, long heldBytes, long limitBytes) {}
