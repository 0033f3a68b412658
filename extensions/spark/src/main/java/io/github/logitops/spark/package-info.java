/**
 * Softmax regression on Apache Spark, with losses and gradients by LogitOps: {@link io.github.logitops.spark.SoftmaxRegression} is where
 * to start. {@code docs/scaling.md} says when a cluster is worth it, and how to run on one.
 */
package io.github.logitops.spark;
