package io.github.logitops.cli.bench;

/**
 * What something costs as a Java program sees it.
 *
 * @param name what
 * @param unit us or GB/s
 * @param value how much
 */
record HostCost(String name, String unit, Spread value) {}
