/**
 * LogitOps in programs that compute with ND4J: {@link io.github.logitops.nd4j.INDArrays} lets every op work on ND4J's arrays themselves.
 * {@code docs/djl.md} has an example.
 */
package io.github.logitops.nd4j;
