/**
 * The CPU mode: an executor of Java loops in double (some in floats, if asked to), a driver whose memory is on the heap. Start at
 * {@link io.github.logitops.cpu.CpuExecutor}.
 */
package io.github.logitops.cpu;
