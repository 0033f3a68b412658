/**
 * LogitOps in programs that train with the Deep Java Library: {@link io.github.logitops.djl.LogitOpsLoss} is a loss for DJL's training
 * loop, {@link io.github.logitops.djl.NDArrays} lets every op work on DJL's arrays themselves. {@code docs/djl.md} has both by example.
 */
package io.github.logitops.djl;
