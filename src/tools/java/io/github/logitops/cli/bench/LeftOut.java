package io.github.logitops.cli.bench;

/**
 * What was to be measured and was not.
 *
 * @param what a provider, or one with its op and shape
 * @param reason why
 */
record LeftOut(String what, String reason) {}
