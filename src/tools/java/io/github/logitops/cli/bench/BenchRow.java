package io.github.logitops.cli.bench;

/**
 * What an op found in one row.
 *
 * @param shape that it is a row of
 * @param number which one
 * @param x the input
 * @param dy the upstream gradient; or a mask, a teacher, probabilities
 * @param label its class
 */
record BenchRow(BenchShape shape, long number, double[] x, double[] dy, int label) {}
