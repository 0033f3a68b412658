/**
 * Ops as kernel launches: which kernels there are, how a launch is planned, what arguments it has. Start at
 * {@link io.github.logitops.device.KernelExecutor}.
 */
package io.github.logitops.device;
