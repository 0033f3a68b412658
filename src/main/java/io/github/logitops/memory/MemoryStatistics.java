package io.github.logitops.memory;

/**
 * What a session holds on its device at one moment.
 *
 * @param liveTensors tensors that own memory and are not closed
 * @param bytesInUse bytes of live tensors and of closed ones whose memory queued work may still use
 * @param peakBytes the largest {@code bytesInUse} so far
 * @param limitBytes what {@code bytesInUse} may not exceed
 */
public record MemoryStatistics(int liveTensors, long bytesInUse, long peakBytes, long limitBytes) {}
